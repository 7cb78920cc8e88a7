package main

import (
	"slices"
	"strings"
	"testing"
)

func TestSplitWords(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"node driver.js":          {"node", "driver.js"},
		`  sh -c 'a "b"  c'  `:    {"sh", "-c", `a "b"  c`},
		`"/path with space/x" ""`: {"/path with space/x", ""},
		"a\tb\nc":                 {"a", "b", "c"},
		"":                        nil,
		`x'y'"z"`:                 {"xyz"},
	} {
		if got, err := splitWords(text); err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
	if _, err := splitWords("node 'driver.js"); err == nil {
		t.Error("a quote without an end is taken")
	}
}

func TestClientUsage(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"client"}, 2, "say which client"},
		{[]string{"client", "npm", "test"}, 2, "put -- before"},
		{[]string{"client", "--driver", "x", "--", "y"}, 2, "not both"},
		{[]string{"client", "--driver", "'x"}, 2, "has no end"},
		{[]string{"client", "--schema"}, 2, "--describe"},
		{[]string{"client", "--driver", "x", "--call-timeout", "0s"}, 2, "--call-timeout"},
		{[]string{"client", "--driver", "x", "--only", "client.nothing"}, 2, "there is no such requirement"},
		{[]string{"client", "--driver", "/no/such/driver"}, 3, "can't be started"},
		{[]string{"client", "--driver", "sh -c 'echo hello; cat'"}, 3, "not an outcome"},
		{[]string{"client", "--driver", "sh -c 'echo no node here >&2; exit 3'"}, 3, "can't run here: no node here"},
		{[]string{"client", "--driver", "sh -c 'echo broken >&2; exit 1'"}, 3, "broken before it answered its first call"},
	} {
		var h harness
		args := append(slices.Clone(test.args[:1]), append([]string{"--out", t.TempDir()}, test.args[1:]...)...)
		if code := h.run(t, args...); code != test.code || !strings.Contains(h.stderr.String(), test.want) {
			t.Errorf("%q: exit code %d: %s", test.args, code, h.stderr.String())
		}
	}
}

func TestClientDescribesTheProtocol(t *testing.T) {
	t.Parallel()
	var h harness
	if code := h.run(t, "client", "--describe"); code != 0 || !strings.Contains(h.stdout.String(), "pdsconform.driver/v1") {
		t.Errorf("exit code %d: %s", code, h.stdout.String())
	}
	var schema harness
	if code := schema.run(t, "client", "--describe", "--schema"); code != 0 || !strings.Contains(schema.stdout.String(), `"notOffered"`) {
		t.Errorf("exit code %d: %s", code, schema.stdout.String())
	}
	var list harness
	if code := list.run(t, "client", "--list", "--only", "client.refresh"); code != 0 || !strings.Contains(list.stdout.String(), "client.refresh.single") {
		t.Errorf("exit code %d: %s", code, list.stderr.String())
	}
}
