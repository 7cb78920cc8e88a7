package reports

import (
	"fmt"
	"strings"
)

// htmlTile is the number of requirements with one outcome.
type htmlTile struct {
	Outcome Outcome
	Count   int
}

// htmlGroup is the results of one method.
type htmlGroup struct {
	Endpoint string
	Open     bool // there is something else than passed to see
	Results  []htmlResult
	tally
}

// htmlResult is one result with the place that its source points at.
type htmlResult struct {
	Result
	Prefix, Rest string // the ID: what it shares with the others of its method, and what not
	Lines        string // "lines 3 to 9", empty where the document isn't at hand
}

func newHTMLResult(result Result, books *library) htmlResult {
	prefix := ""
	if parts := strings.SplitAfterN(result.ID, ".", 3); len(parts) == 3 {
		prefix = parts[0] + parts[1]
	}
	return htmlResult{result, prefix, strings.TrimPrefix(result.ID, prefix), linesWord(books, result.Source)}
}

func htmlTiles(results []Result) []htmlTile {
	var counts Counts
	for _, result := range results {
		counts.Add(result.Outcome)
	}
	tiles := make([]htmlTile, 0, len(Outcomes()))
	for _, outcome := range Outcomes() {
		tiles = append(tiles, htmlTile{Outcome: outcome, Count: counts.Of(outcome)})
	}
	return tiles
}

// Overall returns the stacked bar of all results.
func (p htmlPage) Overall() []bar {
	var counts Counts
	for _, result := range p.Results {
		counts.Add(result.Outcome)
	}
	return newBars(counts)
}

func htmlGroups(results []Result, books *library) []htmlGroup {
	endpoints, of := byEndpoint(results)
	groups := make([]htmlGroup, 0, len(endpoints))
	for _, endpoint := range endpoints {
		group := htmlGroup{Endpoint: endpoint, tally: newTally(endpoint, "", of[endpoint])}
		group.Open = group.Passed < len(of[endpoint])
		for _, result := range of[endpoint] {
			group.Results = append(group.Results, newHTMLResult(result, books))
		}
		groups = append(groups, group)
	}
	return groups
}

func linesWord(books *library, source string) string {
	switch _, at := books.find(source); at.first {
	case 0:
		return ""
	case at.last:
		return fmt.Sprintf("line %d", at.first)
	default:
		return fmt.Sprintf("lines %d to %d", at.first, at.last)
	}
}
