package reports

import (
	"encoding/json"
	"fmt"
	"strings"
)

// htmlEvidence is the block of JSON in the page. Exchanges that several
// requirements rest on are in it once.
type htmlEvidence struct {
	Documents map[string]string `json:"documents"` // the texts that sources point into
	Sources   map[string][2]int `json:"sources"`   // first and last line, by source
	Exchanges []Exchange        `json:"exchanges"`
	Results   map[string][]int  `json:"results"` // positions in Exchanges, by ID
	Note      string            `json:"note"`    // what was left out
}

// htmlCut says how far evidence is shortened: bodies to so many bytes, and
// requests to so many exchanges, the last ones. Below zero means whole.
type htmlCut struct {
	passed, other htmlKept
}

type htmlKept struct {
	exchanges, body int
	headers         bool
}

// htmlCuts are tried in turn until the page fits.
var htmlCuts = []htmlCut{
	{htmlKept{-1, -1, true}, htmlKept{-1, -1, true}},
	{htmlKept{3, 1000, false}, htmlKept{-1, -1, true}},
	{htmlKept{1, 300, false}, htmlKept{-1, 8000, true}},
	{htmlKept{0, 0, false}, htmlKept{6, 2000, true}},
	{htmlKept{0, 0, false}, htmlKept{2, 500, false}},
	{htmlKept{0, 0, false}, htmlKept{0, 0, false}},
}

const htmlCutNote = "Evidence was shortened to keep this page small, that of passed requirements first. report.json has all of it."

func newHTMLEvidence(report *Report, options Options, level int) htmlEvidence {
	evidence := htmlEvidence{
		Documents: map[string]string{}, Sources: map[string][2]int{},
		Exchanges: []Exchange{}, Results: map[string][]int{},
	}
	if level > 0 {
		evidence.Note = htmlCutNote
	}
	books := newLibrary(options.Documents)
	positions := map[string]int{}
	for _, result := range report.Results {
		if name, at := books.find(result.Source); at.first > 0 {
			evidence.Documents[name] = string(books.text(name))
			evidence.Sources[result.Source] = [2]int{at.first, at.last}
		}
		kept := htmlCuts[level].other
		if result.Outcome == Passed {
			kept = htmlCuts[level].passed
		}
		for _, exchange := range kept.last(result.Exchanges) {
			key, err := json.Marshal(exchange)
			position, ok := positions[string(key)]
			if !ok || err != nil {
				position = len(evidence.Exchanges)
				positions[string(key)] = position
				evidence.Exchanges = append(evidence.Exchanges, exchange)
			}
			evidence.Results[result.ID] = append(evidence.Results[result.ID], position)
		}
	}
	return evidence
}

// last returns the exchanges that are kept, shortened: the verdict is most
// often about the last ones.
func (k htmlKept) last(exchanges []Exchange) []Exchange {
	if k.exchanges >= 0 && len(exchanges) > k.exchanges {
		exchanges = exchanges[len(exchanges)-k.exchanges:]
	}
	kept := make([]Exchange, len(exchanges))
	for i, exchange := range exchanges {
		exchange.Request.Body = k.shorten(exchange.Request.Body)
		exchange.Response.Body = k.shorten(exchange.Response.Body)
		exchange.Request.URL = k.shorten(exchange.Request.URL)
		if k.body >= 0 && len(exchange.Curl) > 2*k.body+200 {
			exchange.Curl = ""
		}
		if !k.headers {
			exchange.Request.Headers, exchange.Response.Headers = nil, nil
		}
		kept[i] = exchange
	}
	return kept
}

func (k htmlKept) shorten(text string) string {
	if k.body < 0 || len(text) <= k.body {
		return text
	}
	return strings.ToValidUTF8(text[:k.body], "") + fmt.Sprintf(" … (%d bytes in all)", len(text))
}
