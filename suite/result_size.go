package suite

import (
	"unicode/utf8"

	"github.com/pdsconform/pdsconform/reports"
)

// maxReport is how many bytes report.json has at most, but for what the words of
// the requirements take; maxHead of these are for what is no result.
const (
	maxReport = 10 << 20
	maxHead   = 256 << 10
)

// What names, punctuation and indentation take of a report, in bytes: at most, for
// a result, an exchange, and a value of a header.
const (
	aroundResult   = 512
	aroundExchange = 384
	aroundHeader   = 64
)

// bound leaves exchanges out where the report would be too long: those of failures
// are kept first. It reports how many results have lost theirs.
func bound(results []reports.Result) (lost int) {
	size := maxHead
	for i := range results {
		size += sizeOfWords(&results[i])
	}
	for _, failures := range []bool{true, false} {
		for i := range results {
			if failures != (results[i].Outcome == reports.Failed) || len(results[i].Exchanges) == 0 {
				continue
			}
			own := 0
			for _, exchange := range results[i].Exchanges {
				own += sizeOf(exchange)
			}
			if size+own > maxReport {
				results[i].Exchanges = nil
				lost++
				continue
			}
			size += own
		}
	}
	return lost
}

// sizeOfWords is how many bytes a result takes in a report without its exchanges.
func sizeOfWords(result *reports.Result) int {
	size := aroundResult
	for _, text := range []string{result.ID, result.Title, result.Endpoint, result.Source, result.Error, result.IntroducedIn, result.RemovedIn,
		result.Reason, result.Unlock, result.BlockedBy, result.Expected, result.Actual} {
		size += sizeInJSON(text)
	}
	for _, id := range result.SeenIn {
		size += aroundHeader + len(id)
	}
	return size
}

// sizeOf is how many bytes an exchange takes in a report, seldom less.
func sizeOf(exchange reports.Exchange) int {
	size := aroundExchange
	for _, text := range []string{exchange.Curl, exchange.Request.URL, exchange.Request.Body, exchange.Response.Body, exchange.Response.Error} {
		size += sizeInJSON(text)
	}
	for _, headers := range []map[string][]string{exchange.Request.Headers, exchange.Response.Headers} {
		for name, values := range headers {
			size += sizeInJSON(name)
			for _, value := range values {
				size += aroundHeader + sizeInJSON(value)
			}
		}
	}
	return size
}

// sizeInJSON is how many bytes a text takes as a JSON string: some characters have
// to be escaped.
func sizeInJSON(text string) int {
	const quotes, escape, short = 2, len(`\u0000`), len(`\"`)
	size := quotes
	for i, r := range text {
		_, width := utf8.DecodeRuneInString(text[i:])
		switch {
		case r == '"' || r == '\\':
			size += short
		case r < ' ' || r == utf8.RuneError && width == 1 || r == '\u2028' || r == '\u2029':
			size += escape
		default:
			size += width
		}
	}
	return size
}
