package main

import (
	"bytes"
	"cmp"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/pdsconform/pdsconform/mockserver"
)

// runner is a stand-in for the runner of GitHub Actions: a workspace, a place
// for what is temporary, and the files that steps write to.
type runner struct {
	t         *testing.T
	workspace string
	temporary string
	inputs    map[string]string
	github    map[string]string // of the context github, what a test chooses
	programs  string            // a folder in which programs are looked for before others
}

func newRunner(t *testing.T, inputs map[string]string) *runner {
	t.Helper()
	bash(t)
	return &runner{t: t, workspace: t.TempDir(), temporary: t.TempDir(), inputs: inputs}
}

func (r *runner) file(name string) string { return filepath.Join(r.temporary, name) }

func (r *runner) read(name string) string {
	r.t.Helper()
	text, err := os.ReadFile(r.file(name))
	if err != nil {
		r.t.Fatal(err)
	}
	return string(text)
}

// command makes a step of the action with the environment that it would have.
func (r *runner) command(step actionStep) *exec.Cmd {
	r.t.Helper()
	path, err := filepath.Abs(actionFolder)
	if err != nil {
		r.t.Fatal(err)
	}
	expression := regexp.MustCompile(`\$\{\{ (\S+) \}\}`)
	evaluate := func(text string) string {
		return expression.ReplaceAllStringFunc(text, func(found string) string {
			name := expression.FindStringSubmatch(found)[1]
			switch name {
			case "github.action_path":
				return path
			case "github.action_repository":
				return "pdsconform/pdsconform"
			}
			if value, ok := strings.CutPrefix(name, "github."); ok {
				return cmp.Or(r.github[value], map[string]string{"action_ref": "v0.0.0-test", "server_url": "http://127.0.0.1:1"}[value])
			}
			input, ok := strings.CutPrefix(name, "inputs.")
			if !ok {
				r.t.Errorf("step %s: what is %s?", step.Name, name)
			}
			if value, ok := r.inputs[input]; ok {
				return value
			}
			return *readAction(r.t).Inputs[input].Default
		})
	}
	command := exec.CommandContext(r.t.Context(), bash(r.t), "--noprofile", "--norc", "-eo", "pipefail", "-c", step.Run)
	command.Dir = r.workspace
	command.Env = append(command.Environ(), "GITHUB_ACTIONS=true", "RUNNER_TEMP="+r.temporary,
		"GITHUB_OUTPUT="+r.file("output"), "GITHUB_STEP_SUMMARY="+r.file("summary"))
	for _, entry := range command.Environ() {
		if path, found := strings.CutPrefix(entry, "PATH="); found && r.programs != "" {
			command.Env = append(command.Env, "PATH="+r.programs+string(os.PathListSeparator)+path)
		}
	}
	for name, value := range step.Env {
		command.Env = append(command.Env, name+"="+evaluate(value))
	}
	return command
}

// step runs one and returns its exit code and what it printed.
func (r *runner) step(step actionStep) (int, string) {
	r.t.Helper()
	command := r.command(step)
	out, err := command.CombinedOutput()
	if err != nil && command.ProcessState == nil {
		r.t.Fatal(err)
	}
	return command.ProcessState.ExitCode(), string(out)
}

// scripts returns the steps that build and that run.
func scripts(t *testing.T) (build, run actionStep) {
	t.Helper()
	steps := readAction(t).Runs.Steps
	if len(steps) != 3 || steps[1].ID != "run" {
		t.Fatalf("the steps are not those that were: %+v", steps)
	}
	return steps[0], steps[1]
}

// hostile are values that would do something in a shell that reads them.
const hostile = `a'b"; touch "$(echo stolen)"; $(touch stolen) ` + "`touch stolen`"

// TestActionRuns executes the steps of the action as GitHub's runner does,
// against a mock with a defect. What is built is this test's own program.
func TestActionRuns(t *testing.T) {
	t.Parallel()
	mock := mockserver.RunT(t, mockserver.Options{AdminPassword: hostile, InviteRequired: true})
	if err := mock.SetDefects("output.describeServer.absent"); err != nil {
		t.Fatal(err)
	}
	actions := newRunner(t, map[string]string{
		"target": mock.URL, "admin-password": hostile, "out": "the reports", "strict": "true", "format": "json,md",
		"args": "\n  --only=server.describeServer\r\n--only=server.createInviteCode \n\n--label-filter=must && !security\n",
	})
	actions.programs = standInForGo(t)
	build, run := scripts(t)
	if code, out := actions.step(build); code != 0 {
		t.Fatalf("build: exit code %d: %s", code, out)
	}
	if program := actions.read("pdsconform"); !strings.Contains(program, "main.release=v0.0.0-test") || !strings.Contains(program, "./cmd/pdsconform") {
		t.Errorf("go was told to build something else: %s", program)
	}
	code, out := actions.step(run)
	if code != 1 {
		t.Errorf("run: exit code %d, want 1: %s", code, out)
	}
	if got := actions.read("output"); got != "exit-code=1\nreport=the reports\n" {
		t.Errorf("outputs: %q", got)
	}
	if page := actions.read("summary"); !strings.Contains(page, "What failed") {
		t.Errorf("summary: %s", page)
	}
	if !strings.Contains(out, "\n::error title=server.describeServer.") || strings.Contains(out, hostile) {
		t.Errorf("no annotation, or a password: %s", out)
	}
	var document bytes.Buffer
	for _, name := range []string{"report.json", "report.md"} {
		text, err := os.ReadFile(filepath.Join(actions.workspace, "the reports", name))
		if err != nil {
			t.Error(err)
		}
		document.Write(text)
	}
	if !strings.Contains(document.String(), `"strict": true`) || !strings.Contains(document.String(), "server.createInviteCode") {
		t.Error("an input did not reach the run")
	}
	if files, err := os.ReadDir(actions.workspace); err != nil || len(files) != 1 {
		t.Errorf("an input was carried out: %v (%v)", files, err)
	}
}

// script puts a program in the place of pdsconform.
func (r *runner) script(text string) {
	r.t.Helper()
	if err := os.WriteFile(r.file("pdsconform"), []byte("#!"+bash(r.t)+"\n"+text), 0o700); err != nil {
		r.t.Fatal(err)
	}
}

func TestActionWithoutInputs(t *testing.T) {
	t.Parallel()
	actions := newRunner(t, nil)
	actions.script(`printf '%s\n' "$@"; env | grep -c '^PDSCONFORM_[A-Z_]*=$'`)
	_, run := scripts(t)
	code, out := actions.step(run)
	if code != 0 || !strings.HasPrefix(out, "run\n--out\npdsconform-report\n") {
		t.Errorf("exit code %d: %s", code, out)
	}
	if got := actions.read("output"); got != "exit-code=0\nreport=pdsconform-report\n" {
		t.Errorf("outputs: %q", got)
	}
}

func TestActionRefusesAFolderThatForgesOutputs(t *testing.T) {
	t.Parallel()
	actions := newRunner(t, map[string]string{"out": "x\nexit-code=0"})
	actions.script("exit 0")
	_, run := scripts(t)
	if code, out := actions.step(run); code != 2 || !strings.Contains(out, "::error") {
		t.Errorf("exit code %d: %s", code, out)
	}
	if _, err := os.Stat(actions.file("output")); !os.IsNotExist(err) {
		t.Errorf("outputs were written: %v", err)
	}
}

// TestActionCancelled sends the shell alone a signal, as the runner does, and
// holds it to handing it on and waiting. The runner's first one, an interrupt,
// may be ignored where tests run, and what is ignored can't be handled.
func TestActionCancelled(t *testing.T) {
	t.Parallel()
	actions := newRunner(t, nil)
	actions.script(`trap 'kill $!; echo cleaned; exit 130' TERM; sleep 60 & echo started; wait`)
	_, run := scripts(t)
	command := actions.command(run)
	out := new(firstLine)
	out.written = func() {
		if err := command.Process.Signal(syscall.SIGTERM); err != nil {
			t.Error(err)
		}
	}
	command.Stdout = out
	if err := command.Run(); err == nil || command.ProcessState.ExitCode() != 130 {
		t.Errorf("%v, want exit code 130", err)
	}
	if out.text.String() != "started\ncleaned\n" {
		t.Errorf("printed %q", out.text.String())
	}
	if got := actions.read("output"); got != "exit-code=130\nreport=pdsconform-report\n" {
		t.Errorf("outputs: %q", got)
	}
}

// firstLine calls written at the first output.
type firstLine struct {
	text    bytes.Buffer
	written func()
}

func (w *firstLine) Write(data []byte) (int, error) {
	if w.text.Len() == 0 {
		defer w.written()
	}
	return w.text.Write(data)
}
