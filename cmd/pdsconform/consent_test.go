package main

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"

	"github.com/pdsconform/pdsconform/suite"
)

const elsewhere = "--target=https://pds.example.org"

func TestConsent(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		args        []string
		environ     []string
		interactive bool
		stdin       string
		agreed      bool
		said        string
	}{
		"on this machine":    {args: []string{against}, agreed: true},
		"embedded":           {agreed: true},
		"no terminal":        {args: []string{elsewhere}, said: "give --yes to agree"},
		"input, unasked":     {args: []string{elsewhere}, stdin: "y\n", said: "give --yes to agree"},
		"--yes":              {args: []string{elsewhere, "--yes"}, agreed: true, said: "creates accounts"},
		"variable":           {args: []string{elsewhere}, environ: []string{"PDSCONFORM_YES=true"}, agreed: true},
		"yes":                {args: []string{elsewhere}, interactive: true, stdin: "Yes\n", agreed: true, said: "Go on? [y/N]"},
		"y, quiet":           {args: []string{elsewhere, "--quiet"}, interactive: true, stdin: "y\r\n", agreed: true, said: "Go on?"},
		"no":                 {args: []string{elsewhere}, interactive: true, stdin: "n\n"},
		"nothing":            {args: []string{elsewhere}, interactive: true, stdin: "\n"},
		"end of input":       {args: []string{elsewhere}, interactive: true},
		"something else":     {args: []string{elsewhere}, interactive: true, stdin: "why?\ny\n"},
		"names the domain":   {args: []string{elsewhere, "--handle-domain", "x.example"}, interactive: true, said: "handles under x.example"},
		"names the budget":   {args: []string{elsewhere, "--budget-accounts", "9"}, interactive: true, said: "(9 at most)"},
		"names the registry": {args: []string{elsewhere}, interactive: true, said: "PLC directory"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := harness{interactive: test.interactive, stdin: test.stdin, environ: test.environ}
			h.run(t, append([]string{"run"}, test.args...)...)
			if h.confirmed != test.agreed {
				t.Errorf("agreed: %t, want %t", h.confirmed, test.agreed)
			}
			said := h.stderr.String()
			if !strings.Contains(said, test.said) || strings.Count(said, "\n") > 1 {
				t.Errorf("said %q, want one line with %q", said, test.said)
			}
		})
	}
}

func TestOnThisMachine(t *testing.T) {
	t.Parallel()
	for target, want := range map[string]bool{
		"http://localhost:2583":          true,
		"http://LOCALHOST":               true,
		"http://127.0.0.1":               true,
		"http://127.9.9.9:80/base":       true,
		"http://[::1]:2583":              true,
		"http://[::ffff:127.0.0.1]:2583": true,
		"https://pds.example.org":        false,
		"http://localhost.example.org":   false,
		"http://127.0.0.1.example.org":   false,
		"http://128.0.0.1":               false,
		"http://0.0.0.0:2583":            false,
		"http://10.0.0.1":                false,
		"http://[::2]":                   false,
		"http://127.1":                   false, // no address to everyone
		":":                              false,
	} {
		if got := onThisMachine(target); got != want {
			t.Errorf("%s: %t, want %t", target, got, want)
		}
	}
}

// TestNobodyWaitsForAnAnswerAfterAnInterrupt has a terminal on which nothing is
// ever typed.
func TestNobodyWaitsForAnAnswerAfterAnInterrupt(t *testing.T) {
	t.Parallel()
	terminal, keyboard := io.Pipe()
	defer keyboard.Close()
	ctx, interrupt := context.WithCancel(t.Context())
	var stderr bytes.Buffer
	a := newApp(terminal, io.Discard, &stderr, nil)
	a.interactive = func() bool { return true }
	config := suite.Config{Target: "https://pds.example.org"}
	progress := a.newProgress(settings{}, nil)
	interrupt()
	if a.consent(ctx, config, settings{}, progress)() {
		t.Error("agreed, though nobody has answered")
	}
}
