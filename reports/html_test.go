package reports

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
)

// hostile is what an answer may hold to break out of where it is shown.
const hostile = "</script><script id=pwned>window.pwned=1</script><!-- <img src=x onerror=pwned> \u2028\u2029 ]]> \x00 ${pwned} `pwned` {{.}} %s"

// large returns a report of n requirements, each with evidence, whose bodies
// have so many bytes.
func large(n, body int) *Report {
	content := sample()
	content.Results = content.Results[:0:0]
	methods := []string{"createAccount", "createSession", "deleteAccount", "getSession", "resetPassword"}
	facets := []string{"input", "output", "error", "auth", "handle"}
	for i := range n {
		method, facet := methods[i%len(methods)], facets[i/len(methods)%len(facets)]
		result := sample().Results[0]
		result.ID = fmt.Sprintf("server.%s.%s.case-%d", method, facet, i)
		result.Title = fmt.Sprintf("The obligation number %d of %s is met.", i, method)
		result.Endpoint, result.Level, result.SeenIn = "com.atproto.server."+method, Levels()[i%3], nil
		result.Outcome, result.Expected, result.Actual = Passed, "", ""
		switch i % 50 {
		case 7:
			result.Outcome, result.Expected, result.Actual = Failed, "a refusal (4xx)", "200 "+hostile
		case 8, 9:
			result.Outcome, result.Reason, result.Unlock = Blocked, "no admin credential", "--admin-password"
		}
		exchange := result.Exchanges[0]
		exchange.Request.Body = fmt.Sprintf(`{"number":%d,"name":"<alice>"}`, i)
		exchange.Response.Body = fmt.Sprintf(`{"id":%d,"escaped":"\u0041","pad":"%s"}`, i, strings.Repeat("x", body))
		if result.Outcome == Failed {
			exchange.Response.Body = hostile + exchange.Response.Body
		}
		result.Exchanges = []Exchange{exchange, exchange}
		content.Results = append(content.Results, result)
	}
	return New(content)
}

func renderHTML(t *testing.T, report *Report, options Options) string {
	t.Helper()
	var page strings.Builder
	if err := EncodeHTML(&page, report, options); err != nil {
		t.Fatal(err)
	}
	return page.String()
}

var evidenceBlock = regexp.MustCompile(`(?s)<script id="evidence" type="application/json">(.*?)</script>`)

func evidenceOf(t *testing.T, page string) htmlEvidence {
	t.Helper()
	found := evidenceBlock.FindStringSubmatch(page)
	if found == nil {
		t.Fatal("no block of evidence")
	}
	var evidence htmlEvidence
	if err := json.Unmarshal([]byte(found[1]), &evidence); err != nil {
		t.Fatalf("the block of evidence is no JSON: %v", err)
	}
	return evidence
}

func TestHTMLStaysSmall(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		results, body int
		whole         bool
	}{{1000, 400, true}, {1000, 4_000, false}, {1000, 60_000, false}, {3000, 2_000, false}} {
		page := renderHTML(t, large(test.results, test.body), Options{})
		t.Logf("%d requirements with bodies of %d bytes: %d bytes", test.results, test.body, len(page))
		if len(page) > htmlBudget {
			t.Errorf("%d requirements with bodies of %d bytes: the page has %d bytes", test.results, test.body, len(page))
		}
		if evidence := evidenceOf(t, page); (evidence.Note == "") != test.whole {
			t.Errorf("%d requirements with bodies of %d bytes: note %q", test.results, test.body, evidence.Note)
		}
	}
}

// TestHTMLShortensPassedFirst holds the page to keeping what failed.
func TestHTMLShortensPassedFirst(t *testing.T) {
	t.Parallel()
	report := large(1000, 3_000)
	evidence := evidenceOf(t, renderHTML(t, report, Options{}))
	for _, result := range report.Results {
		if result.Outcome != Failed {
			continue
		}
		for _, position := range evidence.Results[result.ID] {
			if kept := evidence.Exchanges[position]; kept.Response.Body != result.Exchanges[0].Response.Body {
				t.Fatalf("%s: the answer was cut to %d bytes", result.ID, len(kept.Response.Body))
			}
		}
	}
}

func TestHTMLIsOnePieceAndHoldsNoForeignMarkup(t *testing.T) {
	t.Parallel()
	content := sample()
	for i := range content.Results {
		result := &content.Results[i]
		result.Title, result.Reason, result.Expected, result.Actual, result.Unlock = hostile, hostile, hostile, hostile, hostile
		result.Source = "javascript:pwned" + hostile
		for j := range result.Exchanges {
			result.Exchanges[j].Curl = hostile
			result.Exchanges[j].Response.Headers = map[string][]string{hostile: {hostile}}
		}
	}
	content.Target.URL, content.Target.Embedded = hostile, false
	content.Target.DescribeServer = json.RawMessage(`{"links":"</script><script id=pwned>"}`)
	page := renderHTML(t, New(content), Options{Documents: fstest.MapFS{"x.json": {Data: []byte(hostile)}}})
	if n := strings.Count(page, "<script"); n != 2 {
		t.Errorf("%d scripts, want the evidence and ours", n)
	}
	for _, foreign := range []string{"<script id=pwned", "<img", `href="javascript:`} {
		if strings.Contains(page, foreign) {
			t.Errorf("the page holds %q", foreign)
		}
	}
	if found := evidenceBlock.FindString(page); strings.ContainsAny(found, "\u2028\u2029") {
		t.Error("the evidence holds characters that end a line of a script")
	}
	for _, outside := range []string{" src=", "@import", "url(", "<link rel=\"stylesheet", "fetch(", "XMLHttpRequest", " style=", " onclick="} {
		if strings.Contains(strings.ReplaceAll(page, "img src=x", ""), outside) {
			t.Errorf("the page holds %q", outside)
		}
	}
}

// TestHTMLPolicy holds the policy to naming exactly the script and the style
// that are in the page.
func TestHTMLPolicy(t *testing.T) {
	t.Parallel()
	page := renderHTML(t, New(sample()), Options{})
	for name, pattern := range map[string]string{"script-src": `(?s)<script>(.*?)</script>`, "style-src": `(?s)<style>(.*?)</style>`} {
		found := regexp.MustCompile(pattern).FindAllStringSubmatch(page, -1)
		if len(found) != 1 {
			t.Fatalf("%s: %d of them", name, len(found))
		}
		if want := name + " " + policyHash(found[0][1]); !strings.Contains(strings.ReplaceAll(page, "&#39;", "'"), strings.ReplaceAll(want, "+", "&#43;")) {
			t.Errorf("the policy lacks %s", want)
		}
	}
}

func TestHTMLShowsLinesOfDocuments(t *testing.T) {
	t.Parallel()
	documents := fstest.MapFS{"com/atproto/server/createSession.json": {Data: []byte("{\n\"defs\": {\n\"main\": {\n}\n}\n}\n")}}
	page := renderHTML(t, New(sample()), Options{Documents: documents})
	source := "com/atproto/server/createSession.json#/defs/main"
	evidence := evidenceOf(t, page)
	if got := evidence.Sources[source]; got != [2]int{3, 4} {
		t.Errorf("lines %v, want 3 and 4", got)
	}
	if len(evidence.Documents) != 1 || !strings.Contains(page, `data-lines="lines 3 to 4"`) {
		t.Errorf("documents: %v", evidence.Documents)
	}
	if len(evidence.Sources) != 1 {
		t.Errorf("sources of documents that aren't at hand: %v", evidence.Sources)
	}
}

func TestHTMLIsTheSameForTheSameResults(t *testing.T) {
	t.Parallel()
	first, second := renderHTML(t, large(200, 50), Options{}), renderHTML(t, large(200, 50), Options{})
	if !bytes.Equal([]byte(first), []byte(second)) {
		t.Error("two pages of the same report differ")
	}
}
