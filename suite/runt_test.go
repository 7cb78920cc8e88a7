package suite_test

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/pdsconform/pdsconform/mockserver"
	"github.com/pdsconform/pdsconform/suite"
)

// inOwnProcess is set where a test that is to fail may run.
const inOwnProcess = "PDSCONFORM_TEST_IN_OWN_PROCESS"

// TestRunT carries the example out.
func TestRunT(t *testing.T) {
	t.Parallel()
	conformance(t)
}

// TestRunTOfDefect fails, where TestRunTTells has it run.
func TestRunTOfDefect(t *testing.T) {
	if os.Getenv(inOwnProcess) == "" {
		t.Skip("fails on purpose: TestRunTTells runs it in a process of its own")
	}
	server := mockserver.RunT(t, mockserver.Options{Defects: []string{"output.createSession.did.missing"}})
	suite.RunT(t, suite.Config{Target: server.URL, Only: []string{
		"server.createSession.output.did", "server.createSession.success", "server.createSession.error.AccountTakedown",
	}})
}

// TestRunTTells holds what becomes of a pass, a failure and a blocked
// requirement.
func TestRunTTells(t *testing.T) {
	t.Parallel()
	told := runsAlone(t.Context(), "^TestRunTOfDefect$")
	for _, want := range []string{
		"--- FAIL: TestRunTOfDefect/server.createSession.output.did.required", "--- PASS: TestRunTOfDefect/server.createSession.success",
		"--- SKIP: TestRunTOfDefect/server.createSession.error.AccountTakedown", "blocked: ", "--control", "does not conform: ",
	} {
		if !strings.Contains(told, want) {
			t.Errorf("%q is not in\n%s", want, told)
		}
	}
	if strings.Contains(told, "server.getSession") {
		t.Errorf("what was not selected has a subtest:\n%s", told)
	}
}

// TestRunTOfNothing holds that a configuration without a target ends the test.
func TestRunTOfNothing(t *testing.T) {
	if os.Getenv(inOwnProcess) == "" {
		t.Parallel()
		if told := runsAlone(t.Context(), "^TestRunTOfNothing$"); !strings.Contains(told, "--- FAIL") || !strings.Contains(told, "--target") {
			t.Error(told)
		}
		return
	}
	suite.RunT(t, suite.Config{})
}

// runsAlone runs a test of this binary in a process of its own and returns what
// it printed.
func runsAlone(ctx context.Context, name string) string {
	command := exec.CommandContext(ctx, os.Args[0], "-test.v", "-test.run", name)
	command.Env = append(os.Environ(), inOwnProcess+"=1")
	output, _ := command.CombinedOutput() // that the test fails is wanted
	return string(output)
}
