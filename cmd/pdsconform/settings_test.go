package main

import (
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/pdsconform/pdsconform/suite"

	"github.com/spf13/pflag"
)

// load returns the settings of a file's content, an environment and flags.
func load(t *testing.T, file string, environ []string, args ...string) settings {
	t.Helper()
	if file != "" {
		path := filepath.Join(t.TempDir(), "settings.yaml")
		write(t, path, file)
		environ = append(environ, "PDSCONFORM_CONFIG="+path)
	}
	flags := optionFlags(new(settings))
	addConfigFlag(flags)
	if err := flags.Parse(args); err != nil {
		t.Fatal(err)
	}
	loaded, err := newApp(nil, nil, nil, environ).loadSettings(flags)
	if err != nil {
		t.Fatal(err)
	}
	return loaded
}

func TestPrecedence(t *testing.T) {
	t.Parallel()
	const file = "timeout: 1s\n"
	environ := []string{"PDSCONFORM_TIMEOUT=2s"}
	for name, test := range map[string]struct {
		got  settings
		want time.Duration
	}{
		"default":                    {load(t, "", nil), 10 * time.Second},
		"file":                       {load(t, file, nil), time.Second},
		"environment":                {load(t, "", environ), 2 * time.Second},
		"environment over file":      {load(t, file, environ), 2 * time.Second},
		"flag":                       {load(t, "", nil, "--timeout=3s"), 3 * time.Second},
		"flag over file":             {load(t, file, nil, "--timeout=3s"), 3 * time.Second},
		"flag over both":             {load(t, file, environ, "--timeout=3s"), 3 * time.Second},
		"default given over both":    {load(t, file, environ, "--timeout=10s"), 10 * time.Second},
		"empty variable is not set":  {load(t, file, []string{"PDSCONFORM_TIMEOUT="}), time.Second},
		"variables of other meaning": {load(t, file, []string{"PDSCONFORM_ADVANCE=20m", "TIMEOUT=4s"}), time.Second},
	} {
		if test.got.timeout != test.want {
			t.Errorf("%s: %s, want %s", name, test.got.timeout, test.want)
		}
	}
}

func TestLists(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		got  settings
		want []string
	}{
		"file, list":        {load(t, "endpoint: [a, b]\n", nil), []string{"a", "b"}},
		"file, block":       {load(t, "endpoint:\n  - a\n", nil), []string{"a"}},
		"file, one":         {load(t, "endpoint: a\n", nil), []string{"a"}},
		"environment":       {load(t, "endpoint: [x, y]\n", []string{"PDSCONFORM_ENDPOINT=a,b"}), []string{"a", "b"}},
		"flags":             {load(t, "endpoint: [x, y]\n", nil, "--endpoint=a", "--endpoint=b,c"), []string{"a", "b", "c"}},
		"nothing but flags": {load(t, "", nil, "--endpoint=a"), []string{"a"}},
	} {
		if !reflect.DeepEqual(test.got.endpoints, test.want) {
			t.Errorf("%s: %q, want %q", name, test.got.endpoints, test.want)
		}
	}
}

// TestEveryOptionInEveryPlace gives each option a value in file and
// environment, and finds it in the settings.
func TestEveryOptionInEveryPlace(t *testing.T) {
	t.Parallel()
	absolute, err := filepath.Abs("x") // a file may name others relative to itself
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]string{
		"bool": "true", "int": "42", "int64": "42", "duration": "42s", "string": absolute, "stringSlice": "x", "N|auto": "42",
	}
	optionFlags(new(settings)).VisitAll(func(flag *pflag.Flag) {
		value := values[flag.Value.Type()]
		flagged := load(t, "", nil, "--"+flag.Name+"="+value)
		for place, got := range map[string]settings{
			"file":        load(t, flag.Name+": "+value+"\n", nil),
			"environment": load(t, "", []string{variableOf(flag.Name) + "=" + value}),
		} {
			if !reflect.DeepEqual(got, flagged) || reflect.DeepEqual(got, load(t, "", nil)) {
				t.Errorf("%s in %s: %+v, want %+v", flag.Name, place, got, flagged)
			}
		}
	})
}

func TestHooks(t *testing.T) {
	t.Parallel()
	absolute, err := filepath.Abs("advance")
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	file := filepath.Join(folder, "settings.yaml")
	write(t, file, "hooks:\n  advanceClock: ["+absolute+", ./by]\n  takedown: [./hooks/takedown.sh]\n  readMail:\n    - mail\n")
	got := load(t, "", []string{"PDSCONFORM_CONFIG=" + file}).hooks
	want := suite.Hooks{
		AdvanceClock: []string{absolute, "./by"},
		Takedown:     []string{filepath.Join(folder, "hooks", "takedown.sh")},
		ReadMail:     []string{"mail"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestHooksThatCantBeUsed(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]string{
		"hooks: ./advance.sh\n":                  "a mapping is expected",
		"hooks:\n":                               "a mapping is expected",
		"hook: {}\n":                             "did you mean hooks?",
		"hooks: {advanceClok: [./advance.sh]}\n": "unknown key hooks.advanceClok in ",
		"hooks: {readmail: [./mail.sh]}\n":       "did you mean hooks.readMail?",
		"hooks: {takedown: ./takedown.sh}\n":     "a list of program and arguments is expected",
		"hooks: {takedown: []}\n":                "a program is missing",
		"hooks: {takedown: [sh, 1]}\n":           "put it in quotes",
		"hooks: {takedown: [./missing]}\n":       "hooks.takedown: ",
	} {
		file := filepath.Join(t.TempDir(), "settings.yaml")
		write(t, file, content)
		var h harness
		code := h.run(t, "run", against, "--config", file)
		if message := h.stderr.String(); code != 2 || !strings.Contains(message, want) || strings.Count(message, "\n") != 1 {
			t.Errorf("%q: exit code %d, %q, want %q", content, code, message, want)
		}
	}
}

// TestFilesBesideTheFile gives lists of known failures relative paths.
func TestFilesBesideTheFile(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	file := filepath.Join(folder, "settings.yaml")
	write(t, file, "known-failures: known.yaml\nwrite-known-failures: new.yaml\nout: reports\n")
	got := load(t, "", []string{"PDSCONFORM_CONFIG=" + file})
	if got.knownFailures != filepath.Join(folder, "known.yaml") || got.writeKnownFailures != filepath.Join(folder, "new.yaml") || got.out != "reports" {
		t.Errorf("got %+v", got)
	}
	if got := load(t, "", nil, "--known-failures=known.yaml"); got.knownFailures != "known.yaml" {
		t.Errorf("a flag leads to %s", got.knownFailures)
	}
}

// TestDefaultFile is not parallel, as it changes the working directory.
func TestDefaultFile(t *testing.T) {
	t.Chdir(t.TempDir())
	if got := load(t, "", nil); got.seed != 0 {
		t.Errorf("seed %d without a file", got.seed)
	}
	write(t, defaultConfigFile, "seed: 9\n")
	if got := load(t, "", nil); got.seed != 9 {
		t.Errorf("seed %d, want the one of %s", got.seed, defaultConfigFile)
	}
	if got := load(t, "seed: 8\n", nil); got.seed != 8 {
		t.Errorf("seed %d, want the one of the file that is named", got.seed)
	}
}
