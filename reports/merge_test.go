package reports

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"
)

// shards returns the sample as n shards, and as a whole.
func shards(n int) (parts []*Report, whole *Report) {
	content := sample()
	whole = New(content)
	for i := range n {
		part := content
		part.Run.Shard, part.Results = string(rune('1'+i))+"/"+string(rune('0'+n)), nil
		part.Run.StartedAt = part.Run.StartedAt.Add(time.Duration(i) * time.Second)
		for j, result := range content.Results {
			if j%n == i {
				part.Results = append(part.Results, result)
			}
		}
		parts = append(parts, New(part))
	}
	return parts, whole
}

func TestMerge(t *testing.T) {
	t.Parallel()
	parts, whole := shards(3)
	parts[1].Target.Capabilities.Clock = false
	parts[2].Target.URL = "http://127.0.0.1:1" // another embedded mock
	slices.Reverse(parts)
	merged, err := Merge(parts...)
	if err != nil {
		t.Fatal(err)
	}
	if merged.Run.Shard != "1/1" || merged.Run.ID != "4f1c" || !merged.Run.StartedAt.Equal(whole.Run.StartedAt) {
		t.Errorf("run %+v", merged.Run)
	}
	if merged.Run.DurationMs != 2000+whole.Run.DurationMs {
		t.Errorf("took %d ms", merged.Run.DurationMs)
	}
	if merged.Target.Capabilities.Clock || !merged.Target.Capabilities.Admin {
		t.Errorf("capabilities %+v", merged.Target.Capabilities)
	}
	if merged.Summary.Requests != 3*42 || merged.Summary.Accounts != (Accounts{9, 3}) {
		t.Errorf("summary %+v", merged.Summary)
	}
	merged.Run, merged.Target, merged.Summary.Requests, merged.Summary.Accounts = whole.Run, whole.Target, whole.Summary.Requests, whole.Summary.Accounts
	var one, two bytes.Buffer
	if EncodeJSON(&one, merged) != nil || EncodeJSON(&two, whole) != nil || one.String() != two.String() {
		t.Errorf("the merged document is not that of one run:\n%s", one.String())
	}
}

func TestMergeRefuses(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		corrupt func([]*Report) []*Report
		want    []string
	}{
		"nothing":          {func([]*Report) []*Report { return nil }, []string{"none were given"}},
		"a missing shard":  {func(p []*Report) []*Report { return p[1:2] }, []string{"shard 1/3 is missing", "shard 3/3 is missing"}},
		"a shard twice":    {func(p []*Report) []*Report { return append(p, p[1]) }, []string{"shard 2/3 is there twice", "is in two shards"}},
		"another count":    {func(p []*Report) []*Report { p[2].Run.Shard = "3/4"; return p }, []string{"shard 3/4 is not one of 3", "shard 3/3 is missing"}},
		"no shard":         {func(p []*Report) []*Report { p[0].Run.Shard = "4/3"; return p }, []string{`shard "4/3" is no I/N`}},
		"a huge count":     {func(p []*Report) []*Report { p[0].Run.Shard = "1/999999999"; return p[:1] }, []string{"is no I/N"}},
		"another revision": {func(p []*Report) []*Report { p[0].Run.Revision = "2026-05"; return p }, []string{"they differ in revision: 2026-05, 2023-04"}},
		"another version":  {func(p []*Report) []*Report { p[0].Tool.Version = "2"; return p }, []string{"differ in version"}},
		"strictness":       {func(p []*Report) []*Report { p[0].Run.Strict = true; return p }, []string{"differ in strict"}},
		"another target": {func(p []*Report) []*Report {
			for i := range p {
				p[i].Target.Embedded = false
			}
			p[1].Target.URL = "https://pds.example"
			return p
		}, []string{"they differ in target: http://127.0.0.1:2583, https://pds.example"}},
		"a requirement twice": {func(p []*Report) []*Report { p[0].Results = append(p[0].Results, p[1].Results[0]); return p },
			[]string{"is in two shards"}},
	} {
		parts, _ := shards(3)
		merged, err := Merge(test.corrupt(parts)...)
		for _, want := range test.want {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v, %v; want an error with %q", name, merged, err, want)
			}
		}
	}
}

func TestMergeTakesTheVerdictOfTheShardThatHasOne(t *testing.T) {
	t.Parallel()
	parts, whole := shards(2)
	for _, i := range []int{0, 1} {
		for _, result := range parts[1-i].Results {
			if result.Outcome == Excluded || slices.ContainsFunc(parts[i].Results, func(r Result) bool { return r.ID == result.ID }) {
				continue
			}
			parts[i].Results = append(parts[i].Results, Result{Requirement: result.Requirement, Outcome: Excluded, Reason: "of another shard"})
		}
		parts[i].Summary.Stale = []Stale{{"server.gone", "there is no such requirement"}, {parts[1-i].Results[0].ID, "there is no such requirement"}}
	}
	merged, err := Merge(parts...)
	if err != nil {
		t.Fatal(err)
	}
	if merged.Summary.Counts != whole.Summary.Counts {
		t.Errorf("counts %+v, want %+v", merged.Summary.Counts, whole.Summary.Counts)
	}
	if len(merged.Summary.Stale) != 1 || merged.Summary.Stale[0].ID != "server.gone" {
		t.Errorf("stale: %v", merged.Summary.Stale)
	}
}
