package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pdsconform/pdsconform/reports"
)

// listed returns what list prints for the given flags.
func listed(t *testing.T, flags ...string) []reports.Requirement {
	t.Helper()
	var stdout, stderr strings.Builder
	if code := Run(t.Context(), append([]string{"list", "--format", "json"}, flags...), nil, &stdout, &stderr, nil); code != 0 {
		t.Fatalf("exit code %d: %s", code, stderr.String())
	}
	var requirements []reports.Requirement
	if err := json.Unmarshal([]byte(stdout.String()), &requirements); err != nil {
		t.Fatal(err)
	}
	return requirements
}

// A revision is listed on its own, and as what has changed since another.
func TestListOfRevisions(t *testing.T) {
	t.Parallel()
	first, newest := listed(t, "--revision", "2023-04"), listed(t, "--revision", "2026-07")
	if auto := listed(t); len(auto) != len(first) {
		t.Errorf("%d requirements are listed by default, and %d of 2023-04", len(auto), len(first))
	}
	came, went := 0, 0
	for _, requirement := range listed(t, "--since", "2023-04") {
		switch {
		case requirement.IntroducedIn == "2026-07" && requirement.RemovedIn == "":
			came++
		case requirement.RemovedIn == "2026-07" && requirement.IntroducedIn == "":
			went++
		default:
			t.Errorf("%s holds from %q to %q", requirement.ID, requirement.IntroducedIn, requirement.RemovedIn)
		}
	}
	if came == 0 || went == 0 || len(first)+came-went != len(newest) {
		t.Errorf("%d requirements, %d more and %d fewer, are %d", len(first), came, went, len(newest))
	}
	own := listed(t, "--since", "2023-04", "--endpoint", "getServiceAuth")
	if len(own) == 0 || slices.ContainsFunc(own, func(r reports.Requirement) bool { return r.Endpoint != "com.atproto.server.getServiceAuth" }) {
		t.Errorf("%d requirements of an endpoint that is new", len(own))
	}
}

// Requirements come from the first folder, and refs are looked for in all.
func TestListOfFolders(t *testing.T) {
	t.Parallel()
	folder, further := t.TempDir(), t.TempDir()
	write(t, filepath.Join(folder, "any name.json"), `{"lexicon":1,"id":"com.example.get","defs":{"main":{"type":"query","output":{
		"encoding":"application/json","schema":{"type":"ref","ref":"com.example.defs#item"}}}}}`)
	write(t, filepath.Join(further, "defs.json"), `{"lexicon":1,"id":"com.example.defs","defs":{"item":{"type":"object","required":["a"],"properties":{"a":{"type":"string"}}}}}`)
	write(t, filepath.Join(further, "put.json"), `{"lexicon":1,"id":"com.example.put","defs":{"main":{"type":"procedure"}}}`)
	var alone harness
	if code := alone.run(t, "list", "--lexicons", folder); reports.ExitCode(code) != reports.ExitUsage || !strings.Contains(alone.stderr.String(), "com.example.defs") {
		t.Errorf("exit code %d: %s", code, alone.stderr.String())
	}
	inOutput := false
	for _, requirement := range listed(t, "--lexicons", folder, "--lexicons", further) {
		inOutput = inOutput || requirement.ID == "com.example.get.output.a.required"
		if requirement.Endpoint == "com.example.put" {
			t.Errorf("%s is of the further folder", requirement.ID)
		}
	}
	if !inOutput {
		t.Error("nothing is derived from the definition in the further folder")
	}
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(folder, link); err != nil {
		t.Skipf("no symbolic links here: %v", err)
	}
	if len(listed(t, "--lexicons", link, "--lexicons", further)) == 0 {
		t.Error("nothing is derived from a folder that is a link")
	}
}
