package suite

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/pdsconform/pdsconform/reports"
)

// A report stays as small as it promises whatever its exchanges hold, and is not
// cut much shorter than it has to be.
func TestBoundOfAReport(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"letters":         strings.Repeat("m", 4000),
		"many members":    strings.Repeat(`{"more":12},`, 300),
		"escapes":         strings.Repeat("\\\"\n\x01\u2028", 400),
		"other alphabets": strings.Repeat("é😀\x7f", 500),
		"next to nothing": "{}",
		"no UTF-8":        strings.Repeat("a\xff", 900),
		"a replacement":   strings.Repeat("\uFFFD", 900),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var results []reports.Result
			for i := range 2800 {
				results = append(results, reports.Result{
					Requirement: reports.Requirement{ID: fmt.Sprint("server.read.x", i), Title: "It is so.", Source: "x", Level: reports.Must, Authority: reports.XRPC},
					Outcome:     []reports.Outcome{reports.Failed, reports.Passed}[i%2], Expected: body[:2], Actual: `400 InvalidRequest "x"`,
					Exchanges: []reports.Exchange{{
						Request: reports.Request{Method: "POST", URL: "http://127.0.0.1/xrpc/x", Headers: map[string][]string{"Content-Type": {"application/json"}}, Body: body},
						Response: reports.Response{Status: 400, Headers: map[string][]string{"Content-Type": {"application/json"}, "X-More": {`"1"`, `"2"`}},
							Body: body}, Curl: "curl -i -X POST 'http://127.0.0.1/xrpc/x'"}},
				})
			}
			lost := bound(results)
			var text bytes.Buffer
			if err := reports.EncodeJSON(&text, &reports.Report{Results: results}); err != nil {
				t.Fatal(err)
			}
			if text.Len() > maxReport || lost > 0 && text.Len() < maxReport*6/10 {
				t.Errorf("%d results have lost their exchanges, and the report has %d bytes of %d", lost, text.Len(), maxReport)
			}
		})
	}
}
