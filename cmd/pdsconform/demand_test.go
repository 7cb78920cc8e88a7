package main

import (
	"bytes"
	"strings"
	"testing"
)

// TestTooLittleChecked holds what a run is asked to have, and to check, to its
// exit code and words.
func TestTooLittleChecked(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		flags []string
		code  int
		words string
	}{
		{[]string{"--require", "mail,clock", "--min-checked", "90"}, 0, "verdict: conforms;"},
		{[]string{"--require", "plc"}, 4, "verdict: too little was checked: no plc"},
		{[]string{"--require", "nonsense"}, 2, ""},
		{[]string{"--min-checked", "101"}, 2, ""},
	} {
		var stdout, stderr bytes.Buffer
		arguments := append([]string{"run", "--quiet", "--endpoint", "describeServer", "--out", t.TempDir()}, test.flags...)
		code := Run(t.Context(), arguments, strings.NewReader(""), &stdout, &stderr, nil)
		if code != test.code || !strings.HasPrefix(stdout.String(), test.words) {
			t.Errorf("%v: exit code %d, %s%s", test.flags, code, stdout.String(), stderr.String())
		}
	}
}
