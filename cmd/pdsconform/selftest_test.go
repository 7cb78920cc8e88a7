package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/pdsconform/pdsconform/cmd/pdsconform/internal/selftest"
)

// TestSelftest tries two defects at once.
func TestSelftest(t *testing.T) {
	t.Parallel()
	var stdout, stderr bytes.Buffer
	code := newApp(nil, &stdout, &stderr, nil).run(t.Context(), []string{
		"selftest", "--jobs", "2", "--format", "json", "--defect", "output.getSession.did.missing", "--defect", "behaviour.createSession.empty-password-accepted",
	})
	var document selftest.Document
	if err := json.Unmarshal(stdout.Bytes(), &document); err != nil || code != 0 {
		t.Fatalf("exit %d, %v: %s", code, err, stderr.String())
	}
	if document.Schema != "pdsconform.selftest/v1" || document.Score != 100 || len(document.Defects) != 2 {
		t.Errorf("%+v", document)
	}
	first, second := document.Defects[0], document.Defects[1]
	if first.ID != "behaviour.createSession.empty-password-accepted" || strings.Join(first.By, " ") != "server.createSession.password.empty.refused" {
		t.Errorf("%+v", first)
	}
	if !second.Killed || second.Method != "com.atproto.server.getSession" || strings.Join(second.By, " ") != "server.getSession.output.did.required" || second.Level != "must" {
		t.Errorf("%+v", second)
	}
	if len(document.RequirementsWithoutKiller) != 0 {
		t.Errorf("a selection can't say what nothing breaks: %+v", document.RequirementsWithoutKiller)
	}
}

func TestSelftestUsage(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]string{
		"--defect output.createSesion": "output.createSession",
		"--jobs 0":                     "--jobs",
		"--format yaml":                "table, json or md",
		"--revision 1999-01":           "2023-04, 2026-07",
		"leftover":                     "takes flags only",
	} {
		var stdout, stderr bytes.Buffer
		code := newApp(nil, &stdout, &stderr, nil).run(t.Context(), append([]string{"selftest"}, strings.Fields(args)...))
		if code != 2 || !strings.Contains(stderr.String(), want) || stdout.Len() > 0 {
			t.Errorf("%s: exit %d: %s", args, code, stderr.String())
		}
	}
}
