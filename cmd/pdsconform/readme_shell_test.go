package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pdsconform/pdsconform/mockserver"
	"github.com/pdsconform/pdsconform/reports"
)

const modulePath = "github.com/pdsconform/pdsconform"

// shellCheck checks the command lines of READMEs. Those of pdsconform are carried
// out, in a folder that has what READMEs name, at a mock in the place of the
// server.
type shellCheck struct {
	folder string
	mock   *mockserver.Server
}

// newShellCheck makes the folder: reports of earlier runs, and a list.
func newShellCheck(t *testing.T) *shellCheck {
	t.Helper()
	s := &shellCheck{folder: t.TempDir(), mock: mockserver.RunT(t, mockserver.Options{AdminPassword: "admin-pass"})}
	for name, shard := range map[string]string{"pdsconform-report": "1/1", "before": "1/1", "after": "1/1", "shard-1": "1/2", "shard-2": "2/2"} {
		s.run(t, block{file: "the reports that READMEs name"}, nil,
			[]string{"run", "--endpoint", "describeServer", "--seed", "1", "--shard", shard, "--out", filepath.Join(s.folder, name)})
	}
	write(t, filepath.Join(s.folder, "known-failures.yaml"), "[]\n")
	write(t, filepath.Join(s.folder, "chaos.yaml"), "scenarios: [{times: 1, status: 503}]\n")
	write(t, filepath.Join(s.folder, "answers.yaml"), "answers: [{method: com.example.ping, text: pong}]\n")
	return s
}

// check takes a block apart: of a console session the lines after a prompt are
// commands.
func (s *shellCheck) check(t *testing.T, b block) {
	t.Helper()
	if b.language == "sh" {
		s.lines(t, b, b.text, true)
		return
	}
	s.lines(t, b, consoleCommands(b.text), true)
}

// consoleCommands are the lines after a prompt, with those that go on after a
// backslash.
func consoleCommands(text string) string {
	var commands strings.Builder
	continued := false
	for line := range strings.Lines(text) {
		command, prompted := strings.CutPrefix(line, "$ ")
		if prompted || continued {
			commands.WriteString(command)
		}
		continued = (prompted || continued) && strings.HasSuffix(strings.TrimSpace(line), "\\")
	}
	return commands.String()
}

// checkReference wants the examples of a command's page to be right. The other
// blocks of such a page are its usage and its flags.
func (s *shellCheck) checkReference(t *testing.T, b block) {
	t.Helper()
	text := read(t, filepath.Join(root, b.file))
	before, _, _ := strings.Cut(text, "```\n"+b.text)
	if strings.HasSuffix(strings.TrimSpace(before), "### Examples") {
		s.lines(t, b, b.text, false)
	}
}

var assignment = regexp.MustCompile(`^[A-Z][A-Z0-9_]*=`)

// lines checks commands, one on a line.
func (s *shellCheck) lines(t *testing.T, b block, text string, carryOut bool) {
	t.Helper()
	var environ []string
	for line := range strings.Lines(strings.ReplaceAll(text, "\\\n", " ")) {
		line, _, _ = strings.Cut(line, " #")
		line = strings.TrimSuffix(strings.TrimSpace(line), " &")
		if line == "" || line[0] == '#' {
			continue
		}
		words, err := splitWords(line)
		if err != nil {
			t.Errorf("%s:%d: %s: %v", b.file, b.line, line, err)
			continue
		}
		if words[0] == "export" {
			environ = append(environ, words[1:]...)
			continue
		}
		own := slices.Clone(environ)
		for len(words) > 1 && assignment.MatchString(words[0]) {
			own, words = append(own, words[0]), words[1:]
		}
		if problem := s.problem(b, words); problem != "" {
			t.Errorf("%s:%d: %s: %s", b.file, b.line, line, problem)
		} else if words[0] == "pdsconform" && carryOut {
			s.run(t, b, own, s.adapted(words[1:]))
		}
	}
}

// problem says what is wrong with a command, "" for nothing. What can't be
// carried out in a test is held against what it names.
func (s *shellCheck) problem(b block, words []string) string {
	folder := filepath.Join(root, filepath.Dir(b.file))
	switch program := words[0]; {
	case program == "pdsconform":
		return wrongUsage(s.placed(words[1:]))
	case program == "go":
		return wrongGo(words[1:])
	case program == "npx":
		if words[1] != "pdsconform" {
			return "another package than ours"
		}
		return wrongUsage(words[2:])
	case program == "docker" && words[1] == "build":
		return missing(root, words[slices.Index(words, "-f")+1])
	case program == "docker" && words[1] == "run":
		return wrongUsage(words[slices.Index(words, "pdsconform")+1:])
	case strings.HasPrefix(program, "./"):
		return missing(folder, program)
	case strings.HasPrefix(program, ".ci/"):
		return missing(root, program)
	case slices.Contains([]string{"npm", "node", "curl", "git", "cd", "ginkgo", "source", "brew", "gofmt", "cp", "mkdir"}, program):
		return ""
	}
	return "nothing here checks " + words[0]
}

func missing(folder, name string) string {
	if _, err := os.Stat(filepath.Join(folder, name)); err != nil {
		return "there is no " + name
	}
	return ""
}

// wrongUsage parses a command line of pdsconform.
func wrongUsage(args []string) string {
	if end := slices.IndexFunc(args, func(word string) bool { return word == "|" || word == ">" }); end >= 0 {
		args = args[:end]
	}
	cmd, rest, err := newApp(nil, io.Discard, io.Discard, nil).rootCommand().Find(args)
	if err != nil {
		return err.Error()
	}
	if !cmd.Runnable() {
		return "no such command"
	}
	if err := cmd.ParseFlags(rest); err != nil {
		return err.Error()
	}
	if err := cmd.ValidateArgs(cmd.Flags().Args()); err != nil {
		return err.Error()
	}
	return ""
}

// wrongGo looks for the packages, tests and benchmarks that a go command names.
func wrongGo(words []string) string {
	folder := ""
	for i, word := range words[1:] {
		module, version, _ := strings.Cut(word, "@")
		if inside, ok := strings.CutPrefix(module, modulePath); ok {
			folder = filepath.Join(root, inside)
			if version != "" && version != "latest" {
				return "another version than the latest"
			}
		} else if strings.HasPrefix(word, "./") && word != "./..." {
			folder = filepath.Join(root, word)
		}
		if found, _ := filepath.Glob(filepath.Join(folder, "*.go")); folder != "" && len(found) == 0 && folder != root {
			return "there is no package " + word
		}
		if previous := words[i]; (previous == "-run" || previous == "-bench") && word != "." && word != "^$" && folder != "" {
			if problem := noTest(folder, word); problem != "" {
				return problem
			}
		}
	}
	if words[0] == "run" {
		return wrongUsage(words[2:])
	}
	return ""
}

// noTest looks for a test or benchmark whose name a pattern matches.
func noTest(folder, pattern string) string {
	files, _ := filepath.Glob(filepath.Join(folder, "*_test.go"))
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return err.Error()
		}
		for _, function := range regexp.MustCompile(`(?m)^func ((?:Test|Benchmark|Fuzz)\w+)`).FindAllSubmatch(text, -1) {
			if matched, _ := regexp.Match(pattern, function[1]); matched {
				return ""
			}
		}
	}
	return "no test or benchmark is called " + pattern
}

// adapted is a command that can be carried out here: at the mock, with few
// requirements, on free ports, in the folder. Nil is one that is only parsed: it
// needs a client, a journal or minutes.
func (s *shellCheck) adapted(args []string) []string {
	args = s.placed(args)
	switch {
	case slices.Contains(args, "--config"): // of another server
		return nil
	case slices.Contains([]string{"client", "selftest", "cleanup"}, args[0]):
		return nil
	}
	server := regexp.MustCompile(`^https?://(localhost:2583|127\.0\.0\.1:2583|pds\.example\.org)$`)
	for i, word := range args {
		if server.MatchString(word) {
			args[i] = s.mock.URL
		}
	}
	switch args[0] {
	case "run":
		return append(args, "--endpoint", "describeServer", "--out", filepath.Join(s.folder, "pdsconform-report"))
	case "report":
		if args[1] == "diff" {
			return args
		}
		return append(args, "--out", filepath.Join(s.folder, "rendered"))
	case "mock":
		if len(args) == 1 || strings.HasPrefix(args[1], "-") {
			return append(args, "--listen", "127.0.0.1:0", "--control-listen", "127.0.0.1:0", "--quiet")
		}
	}
	return args
}

// placed are arguments that name what lies in the folder by its path.
func (s *shellCheck) placed(args []string) []string {
	args = slices.Clone(args)
	for i, word := range args {
		if !strings.HasPrefix(word, "-") && missing(s.folder, word) == "" {
			args[i] = filepath.Join(s.folder, word)
		}
	}
	return args
}

// run carries a command out. A server is interrupted once it is ready. What was
// found is no matter here, that the command could be carried out is.
func (s *shellCheck) run(t *testing.T, b block, environ, args []string) {
	t.Helper()
	if args == nil {
		return
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var out, errors bytes.Buffer
	stdout := io.Writer(&out)
	if args[0] == "mock" && slices.Contains(args, "--listen") {
		stdout = writerFunc(func(line []byte) (int, error) { cancel(); return out.Write(line) })
	}
	code := Run(ctx, args, strings.NewReader(""), stdout, &errors, environ)
	bad := []reports.ExitCode{reports.ExitUsage, reports.ExitUnreachable, reports.ExitUnwritten, reports.ExitSuiteFault, reports.ExitInterrupted}
	if slices.Contains(bad, reports.ExitCode(code)) || ctx.Err() == context.DeadlineExceeded {
		t.Errorf("%s:%d: pdsconform %s: exit code %d: %s", b.file, b.line, strings.Join(args, " "), code, errors.String())
	}
	t.Logf("%s:%d: carried out pdsconform %s", b.file, b.line, strings.Join(args, " "))
}
