package reports

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// pair returns two reports with one requirement for each way to differ.
func pair() (before, after *Report) {
	type side struct {
		outcome Outcome
		words   string
	}
	base := sample()
	one, two := base, base
	one.Results, two.Results = nil, nil
	two.Target.URL, two.Run.ID = "http://127.0.0.1:9999", "77aa"
	add := func(content *Content, id string, s side) {
		if s.outcome == "" {
			return
		}
		result := Result{Requirement: base.Results[0].Requirement, Outcome: s.outcome, Reason: s.words}
		if s.outcome == Failed {
			result.Actual, result.Reason = s.words, ""
		}
		result.ID = "server.createSession." + id
		content.Results = append(content.Results, result)
	}
	for id, sides := range map[string][2]side{
		"broken.passed":   {{Passed, ""}, {Failed, "status | 500"}},
		"broken.errored":  {{Passed, ""}, {Errored, "connection reset"}},
		"broken.observed": {{NotObserved, "never seen"}, {Failed, "200"}},
		"fixed.failed":    {{Failed, "400"}, {Passed, ""}},
		"fixed.known":     {{KnownFailure, "known"}, {Passed, ""}},
		"changed.reason":  {{Failed, "400"}, {Failed, "500"}},
		"changed.blocked": {{Blocked, "no mail"}, {Failed, "500"}},
		"changed.lost":    {{Passed, ""}, {Blocked, "no mail"}},
		"changed.known":   {{Failed, "400"}, {KnownFailure, "known"}},
		"new.passed":      {{}, {Passed, ""}},
		"new.failed":      {{}, {Failed, "500"}},
		"gone.passed":     {{Passed, ""}, {}},
		"same.passed":     {{Passed, "one"}, {Passed, "another"}},
		"same.failed":     {{Failed, "at http://127.0.0.1:2583/x for did:plc:aaaabbbbccccddddeeeeffff"}, {Failed, "at http://127.0.0.1:9999/x for did:plc:gggghhhhiiiijjjjkkkkllll"}},
		"same.blocked":    {{Blocked, "no  mail"}, {Blocked, "no mail"}},
	} {
		add(&one, id, sides[0])
		add(&two, id, sides[1])
	}
	return New(one), New(two)
}

func TestCompare(t *testing.T) {
	t.Parallel()
	comparison := Compare(pair())
	want := map[Kind]int{Broken: 3, Fixed: 2, Changed: 4, Added: 2, Gone: 1}
	for _, change := range comparison.Changes {
		kind, _, _ := strings.Cut(strings.TrimPrefix(change.ID, "server.createSession."), ".")
		if string(change.Kind) != kind {
			t.Errorf("%s is said to be %s", change.ID, change.Kind)
		}
	}
	if fmt.Sprint(comparison.Counts) != fmt.Sprint(want) || comparison.Same != 3 || !comparison.Broke {
		t.Errorf("counts %v, want %v; %d the same, broke %t", comparison.Counts, want, comparison.Same, comparison.Broke)
	}
	before, _ := pair()
	if again := Compare(before, before); again.Broke || len(again.Changes) != 0 || again.Same != len(before.Results) {
		t.Errorf("a report differs from itself: %+v", again)
	}
}

func TestComparisonGolden(t *testing.T) {
	t.Parallel()
	comparison := Compare(pair())
	var text, page, document strings.Builder
	if err := EncodeComparisonText(&text, comparison); err != nil {
		t.Fatal(err)
	}
	if err := EncodeComparisonMarkdown(&page, comparison); err != nil {
		t.Fatal(err)
	}
	if err := EncodeComparisonJSON(&document, comparison); err != nil {
		t.Fatal(err)
	}
	golden(t, filepath.Join("testdata", "compare.txt.golden"), []byte(text.String()))
	golden(t, filepath.Join("testdata", "compare.md.golden"), []byte(page.String()))
	golden(t, filepath.Join("testdata", "compare.json.golden"), []byte(document.String()))
	var read Comparison
	if err := json.Unmarshal([]byte(document.String()), &read); err != nil || read.Schema != ComparisonSchema {
		t.Errorf("read back: %v", err)
	}
}

func TestComparisonMarkdownStaysSmall(t *testing.T) {
	t.Parallel()
	before, after := large(9000, 1), large(9000, 1)
	for i := range after.Results {
		after.Results[i].Outcome, after.Results[i].Actual = Failed, strings.Repeat("|`", 9000)
		if i%3 == 0 {
			after.Results[i].ID += ".new"
		}
	}
	var page strings.Builder
	if err := EncodeComparisonMarkdown(&page, Compare(before, after)); err != nil {
		t.Fatal(err)
	}
	if page.Len() > markdownBudget {
		t.Errorf("%d bytes", page.Len())
	}
	for _, kind := range []string{"### Broken: ", "### New: ", "### Gone: ", " more\n", "the same."} {
		if !strings.Contains(page.String(), kind) {
			t.Errorf("the page lacks %q", kind)
		}
	}
}
