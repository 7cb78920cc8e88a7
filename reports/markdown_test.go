package reports

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

func renderMarkdown(t *testing.T, report *Report) string {
	t.Helper()
	var page strings.Builder
	if err := EncodeMarkdown(&page, report); err != nil {
		t.Fatal(err)
	}
	return page.String()
}

// TestMarkdownStaysSmall holds the page to its size where everything fails,
// with long answers, and for more reasons than there is room for.
func TestMarkdownStaysSmall(t *testing.T) {
	t.Parallel()
	worst := large(5000, 10)
	for i := range worst.Results {
		result := &worst.Results[i]
		result.Title = strings.Repeat("ü", 4000)
		result.Actual = strings.Repeat("`|", 5000)
		if result.Outcome = Failed; i%2 == 0 {
			result.Outcome, result.Reason = Blocked, fmt.Sprint(i, strings.Repeat("ß|", 3000))
		}
		result.Endpoint = fmt.Sprintf("com.atproto.server.method%d", i)
		worst.Summary.Stale = append(worst.Summary.Stale, Stale{result.ID, strings.Repeat("it passed ", 50)})
	}
	for name, report := range map[string]*Report{"ordinary": large(1000, 5000), "worst": worst, "empty": New(Content{})} {
		page := renderMarkdown(t, report)
		t.Logf("%s: %d bytes", name, len(page))
		if len(page) > markdownBudget {
			t.Errorf("%s: %d bytes", name, len(page))
		}
		if !utf8.ValidString(page) {
			t.Errorf("%s: not UTF-8", name)
		}
		if open, shut := strings.Count(page, "<details>"), strings.Count(page, "</details>"); open != shut {
			t.Errorf("%s: %d details opened, %d closed", name, open, shut)
		}
	}
}

func TestMarkdownSaysWhatItLeavesOut(t *testing.T) {
	t.Parallel()
	page := renderMarkdown(t, large(5000, 5000))
	shown := strings.Count(page, "<details>")
	if want := fmt.Sprintf("And %d more", 100-shown); shown == 100 || !strings.Contains(page, want) {
		t.Errorf("%d of 100 failures are shown, and the page lacks %q", shown, want)
	}
	for _, section := range []string{"### What is not covered: 200", "### Methods by facet"} {
		if !strings.Contains(page, section) {
			t.Errorf("the page lacks %q", section)
		}
	}
}

func TestMarkdownKeepsTextText(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"a | b":              `a \| b`,
		"<img src=x>":        `&lt;img src=x&gt;`,
		"@somebody #12":      `&#64;somebody &#35;12`,
		"![x](https://y)":    `\!\[x\](https&#58;//y)`,
		"*a* _b_ `c` ~d~ \\": "\\*a\\* \\_b\\_ \\`c\\` \\~d\\~ \\\\",
		"two\nlines\u202e":   "two lines\ufffd",
		"&amp;":              "&amp;amp;",
	} {
		if got := markdownText(text); got != want {
			t.Errorf("text %q: %q, want %q", text, got, want)
		}
	}
	for value, want := range map[string]string{
		"plain":   "`plain`",
		"a ` b":   "``a ` b``",
		"`x`":     "`` `x` ``",
		"``` y":   "```` ``` y ````",
		"":        "",
		"a\n\n b": "`a b`",
	} {
		if got := markdownCode(value); got != want {
			t.Errorf("code %q: %q, want %q", value, got, want)
		}
	}
	if got := markdownFence("x\n```\ny"); !strings.HasPrefix(got, "````text\n") || !strings.HasSuffix(got, "\n````\n") {
		t.Errorf("fence: %q", got)
	}
}

func TestAnnotations(t *testing.T) {
	t.Parallel()
	content := sample()
	content.Results[0].Actual = "100% wrong\r\n::error::injected"
	content.Results[0].ID = "server.a:b,c%"
	report := New(content)
	report.Summary.Stale = []Stale{{"server.x", "it passed"}}
	var text strings.Builder
	if err := EncodeAnnotations(&text, report); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"::error title=server.a%3Ab%2Cc%25::The obligation of server.createSession.success.status. Expected status 200; got 100%25 wrong%0D%0A::error::injected.",
		"::error title=server.getSession.method::The obligation of server.getSession.method. No verdict: connection reset",
		"::error title=server.x::The list of known failures is stale: it passed",
		"::warning title=server.createSession.input.unknown::The obligation of server.createSession.input.unknown. Expected status 200; got status 400.",
		"::notice title=verdict::" + report.Verdict().String(),
		"::notice title=profiles::sign-up conforms (2 of 3), sessions conforms (1 of 3)",
		"::notice title=not covered::Of 8 requirements: 1 blocked, 1 not observed, 1 excluded.",
	}
	if got := strings.Split(strings.TrimSuffix(text.String(), "\n"), "\n"); strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got:\n%s\nwant:\n%s", text.String(), strings.Join(want, "\n"))
	}
}

func TestAnnotationsStayWithinWhatIsShown(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	if err := EncodeAnnotations(&text, large(1000, 10)); err != nil {
		t.Fatal(err)
	}
	kinds := map[string]int{}
	for line := range strings.SplitSeq(strings.TrimSuffix(text.String(), "\n"), "\n") {
		kinds[strings.Fields(line)[0]]++
	}
	// Of 20 failures, 7 are of a must.
	if kinds["::error"] != 7 || kinds["::warning"] != 10 || kinds["::notice"] != 3 || len(kinds) != 3 {
		t.Errorf("annotations: %v\n%s", kinds, text.String())
	}
	if !strings.Contains(text.String(), "::warning title=more::And 4 more, which the report has.") {
		t.Errorf("nothing says how many more there are:\n%s", text.String())
	}
}
