package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/pdsconform/pdsconform/reports"
)

// A table is as wide as its terminal at most, and says all that is asked for
// where there is room.
func TestListingFits(t *testing.T) {
	t.Parallel()
	var requirements []reports.Requirement
	for i := range 3 {
		r := requirement()
		r.ID += strings.Repeat(".part", 2*i)
		r.Title = strings.Repeat("An answer has what the document asks for. ", i+1)
		requirements = append(requirements, r)
	}
	for _, width := range []int{40, 60, 80, 100, 120, 200, 400} {
		t.Run(fmt.Sprint(width), func(t *testing.T) {
			t.Parallel()
			shown := requirementListing(requirements).writer(width).Render()
			for _, line := range strings.Split(shown, "\n") {
				if text.StringWidth(line) > width {
					t.Errorf("%d columns: %q", text.StringWidth(line), line)
				}
			}
			if !strings.Contains(shown, "obligation") || !strings.Contains(shown, "requirement") {
				t.Errorf("what matters is left out:\n%s", shown)
			}
			if whole := strings.Contains(shown, "source"); whole != (width >= 400) && whole != (width >= 200) {
				t.Errorf("sources are shown: %v", whole)
			}
		})
	}
}

func TestMockLists(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ args, want string }{
		{"mock defects", "output.createSession.did.missing"},
		{"mock defects --format md", "| output.createSession.did.missing |"},
		{"mock defects --revision 2026-07 --format json", `"id": "output.createSession.active.`},
		{"mock variants", "extra-fields"},
		{"mock variants --format json", `"name": "extra-fields"`},
	} {
		var h harness
		if code := h.run(t, strings.Fields(test.args)...); code != 0 || !strings.Contains(h.stdout.String(), test.want) {
			t.Errorf("%s: exit code %d, lacks %s: %s", test.args, code, test.want, h.stderr.String())
		}
	}
	for _, test := range []struct{ args, want string }{
		{"mock defcts", "did you mean defects?"},
		{"mock variants --format xml", "give table, json or md"},
		{"mock defects --revision 2020-01", "embedded are"},
	} {
		var h harness
		if code := h.run(t, strings.Fields(test.args)...); code != 2 || !strings.Contains(h.stderr.String(), test.want) {
			t.Errorf("%s: exit code %d: %s", test.args, code, h.stderr.String())
		}
	}
}
