package derive

import (
	"testing"

	"github.com/pdsconform/pdsconform/reports"
)

// TestParameterWithoutValue asks nothing where the parameter may be absent;
// where it must be there it is refused either way.
func TestParameterWithoutValue(t *testing.T) {
	t.Parallel()
	catalog := loaded(t, `"main":{"type":"query","parameters":{"type":"params","required":["needed"],"properties":{
		"needed":{"type":"string","format":"nsid"},"spare":{"type":"string","format":"nsid"}}}}`)
	levels := map[string]reports.Level{}
	for _, c := range Cases(catalog, nil, nil) {
		levels[c.ID] = c.Level
	}
	for suffix, want := range map[string]reports.Level{
		"needed.format.empty": reports.Must,
		"spare.format.empty":  reports.May,
		"spare.format.space":  reports.Must,
	} {
		if got := levels[invented+".params."+suffix]; got != want {
			t.Errorf("%s is %q, want %q", suffix, got, want)
		}
	}
}
