package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"github.com/pdsconform/pdsconform/mockserver"
)

func TestScenarioFlag(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	one := write("one.yaml", "scenarios:\n  - {method: refreshSession, times: 2, status: 502}\n")
	two := write("two.json", `{"scenarios":[{"delay":"1s"}]}`)
	bad := write("bad.yaml", "scenarios:\n  - {methd: refreshSession, status: 502}\n")
	parse := func(args ...string) ([]mockserver.Scenario, error) {
		var read []mockserver.Scenario
		flags := pflag.NewFlagSet("mock", pflag.ContinueOnError)
		bindScenarios(flags, &read)
		err := flags.Parse(args)
		return read, err
	}
	if read, err := parse("--scenario", one, "--scenario="+two); err != nil || len(read) != 2 || read[0].Status != 502 || read[1].Delay == 0 {
		t.Errorf("read %+v, %v", read, err)
	}
	for path, want := range map[string]string{
		bad:                               bad + ": scenarios[0]: methd is no field of a scenario, did you mean \"method\"?",
		filepath.Join(folder, "none.yml"): "none.yml: ",
	} {
		if _, err := parse("--scenario", path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", path, err)
		}
	}
}
