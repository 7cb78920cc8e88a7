package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/pdsconform/pdsconform/cmd/pdsconform/internal/selftest"
	"github.com/pdsconform/pdsconform/mockserver"
)

// TestSelftest tries two defects in one process.
func TestSelftest(t *testing.T) {
	t.Parallel()
	var stdout, stderr bytes.Buffer
	code := newApp(nil, &stdout, &stderr, nil).run(t.Context(), []string{
		"selftest", "--jobs", "1", "--format", "json", "--defect", "output.getSession.did.missing", "--defect", "behaviour.createSession.empty-password-accepted",
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

// TestSelftestProcesses has two processes of the program do the same.
func TestSelftestProcesses(t *testing.T) {
	t.Parallel()
	var stdout, stderr bytes.Buffer
	code := newApp(nil, &stdout, &stderr, nil).run(t.Context(), []string{
		"selftest", "--jobs", "2", "--defect", "method.getSession.any-verb,method.getSession.not-served",
	})
	if code != 0 || !strings.Contains(stdout.String(), "2 defects, 100.0 % noticed for the right reason") {
		t.Errorf("exit %d\n%s%s", code, stdout.String(), stderr.String())
	}
}

// TestDeadWorker is a process that ends without an answer.
func TestDeadWorker(t *testing.T) {
	t.Parallel()
	program, err := os.Executable() // see TestMain
	if err != nil {
		t.Fatal(err)
	}
	worker, err := selftest.StartWorker(t.Context(), exec.CommandContext(t.Context(), program, "version"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = worker.Close() }()
	trials := selftest.All(t.Context(), []mockserver.Defect{{ID: "a"}, {ID: "b"}}, []selftest.Trying{worker.Try}, func(selftest.Trial) {})
	for _, trial := range trials {
		if !strings.Contains(trial.Broken, "worker process ended") {
			t.Errorf("%+v", trial)
		}
	}
}

func TestSelftestUsage(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]string{
		"--defect output.createSesion": "output.createSession",
		"--jobs 0":                     "--jobs",
		"--format yaml":                "table, json or md",
		"leftover":                     "takes flags only",
	} {
		var stdout, stderr bytes.Buffer
		code := newApp(nil, &stdout, &stderr, nil).run(t.Context(), append([]string{"selftest"}, strings.Fields(args)...))
		if code != 2 || !strings.Contains(stderr.String(), want) || stdout.Len() > 0 {
			t.Errorf("%s: exit %d: %s", args, code, stderr.String())
		}
	}
}
