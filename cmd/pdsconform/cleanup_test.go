package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/pdsconform/pdsconform/mockserver"
	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite"
)

// TestMain lets the test binary be the program, for tests that need a process
// of its own.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && !strings.HasPrefix(os.Args[1], "-") {
		main()
	}
	os.Exit(m.Run())
}

// account is one that a journal tells of.
type account struct{ Event, Handle, Password string }

// journalled returns the accounts of a journal, each with its last password.
func journalled(t *testing.T, path string) map[string]string {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	passwords := map[string]string{}
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var entry account
		if err := json.Unmarshal(lines.Bytes(), &entry); err == nil && (entry.Event == "account" || entry.Event == "password") {
			passwords[entry.Handle] = entry.Password
		}
	}
	return passwords
}

// livingOn counts the accounts that can log in.
func livingOn(t *testing.T, target string, accounts map[string]string) int {
	t.Helper()
	living := 0
	for handle, password := range accounts {
		body := fmt.Sprintf(`{"identifier":%q,"password":%q}`, handle, password)
		response, err := http.Post(target+"/xrpc/com.atproto.server.createSession", "application/json", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode == http.StatusOK {
			living++
		}
	}
	return living
}

// signUps is a log that tells of the n-th account, and lets nothing more be
// answered until it is released.
type signUps struct {
	slog.Handler
	left     atomic.Int32
	reached  chan struct{}
	released <-chan struct{}
}

func (s *signUps) Handle(_ context.Context, record slog.Record) error {
	var line bytes.Buffer
	record.Attrs(func(attribute slog.Attr) bool {
		line.WriteString(attribute.String() + " ")
		return true
	})
	if !strings.Contains(line.String(), "com.atproto.server.createAccount") || !strings.Contains(line.String(), "200") {
		return nil
	}
	left := s.left.Add(-1)
	if left == 0 {
		close(s.reached)
	}
	if left <= 0 {
		<-s.released
	}
	return nil
}

// TestKilledRunIsCleanedUp kills a run in the middle, and removes what it left.
func TestKilledRunIsCleanedUp(t *testing.T) {
	t.Parallel()
	released := make(chan struct{})
	log := &signUps{Handler: slog.NewTextHandler(io.Discard, nil), reached: make(chan struct{}), released: released}
	log.left.Store(10)
	server, err := mockserver.New(mockserver.Options{InviteRequired: true, Seed: 1, Logger: slog.New(log)})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()

	out := t.TempDir()
	run := exec.CommandContext(t.Context(), os.Args[0], "run", "--target", server.URL, "--control", server.ControlURL,
		"--admin-password", "admin-pass", "--seed", "1", "--out", out)
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	select {
	case <-log.reached:
	case <-t.Context().Done():
	}
	if err := run.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	var exit *exec.ExitError
	if err := run.Wait(); !errors.As(err, &exit) || exit.Exited() {
		t.Fatalf("the run ended by itself: %v", err)
	}
	close(released)

	journal := filepath.Join(out, "journal.jsonl")
	accounts := journalled(t, journal)
	if living := livingOn(t, server.URL, accounts); living == 0 {
		t.Fatalf("of %d accounts none was left by the killed run", len(accounts))
	}
	again := program(t, 0, "run", "--target", server.URL, "--out", out)
	journal = filepath.Join(out, "journal-1.jsonl") // the next run has one of its own
	if !strings.Contains(again, "pdsconform cleanup --journal "+journal) {
		t.Errorf("the next run does not tell of the clean-up: %s", again)
	}
	program(t, 2, "cleanup", "--journal", journal, "--target", "http://127.0.0.1:1")
	refused := program(t, 1, "cleanup", "--journal", journal)
	if !strings.Contains(refused, "the journal is kept") {
		t.Errorf("without access to mail: %s", refused)
	}
	cleaned := program(t, 0, "cleanup", "--journal", journal, "--target", server.URL+"/", "--control", server.ControlURL)
	if !strings.Contains(cleaned, "nothing is left") {
		t.Errorf("clean-up: %s", cleaned)
	}
	if living := livingOn(t, server.URL, accounts); living != 0 {
		t.Errorf("%d accounts can still log in", living)
	}
	if _, err := os.Stat(journal); err == nil {
		t.Error("the journal is still there")
	}
}

// program runs the program in this process, and returns all that it printed.
func program(t *testing.T, want int, args ...string) string {
	t.Helper()
	var out bytes.Buffer
	if code := Run(t.Context(), args, nil, &out, &out, nil); code != want {
		t.Errorf("%q: exit code %d, want %d: %s", args, code, want, out.String())
	}
	return out.String()
}

func TestCleanUpExitCodes(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		err  error
		want int
		kept bool
	}{
		"nothing left":    {nil, 0, false},
		"something left":  {errors.New("2 accounts could not be deleted"), 1, true},
		"another target":  {&suite.UsageError{Problem: "the journal is of another target"}, 2, true},
		"unreachable":     {&suite.UnreachableError{Problem: "nothing answers"}, 3, true},
		"fault of a hook": {fmt.Errorf("hook: %w", os.ErrPermission), 1, true},
	} {
		journal := filepath.Join(t.TempDir(), "journal.jsonl")
		write(t, journal, "{}\n")
		var stdout, stderr bytes.Buffer
		a := newApp(nil, &stdout, &stderr, []string{"PDSCONFORM_ADMIN_PASSWORD=secret"})
		a.cleanUp = func(_ context.Context, config suite.Config, _ io.Reader) (int, error) {
			if config.AdminPassword != "secret" || config.Mail != "smtp://127.0.0.1:1025" || config.Target != "" {
				t.Errorf("%s: the suite was given %+v", name, config)
			}
			return 3, test.err
		}
		args := []string{"cleanup", "--journal", journal, "--mail", "smtp://127.0.0.1:1025"}
		if code := a.run(t.Context(), args); code != test.want {
			t.Errorf("%s: exit code %d, want %d", name, code, test.want)
		}
		if _, err := os.Stat(journal); (err == nil) != test.kept {
			t.Errorf("%s: journal: %v", name, err)
		}
		if test.err != nil && !strings.Contains(stderr.String(), test.err.Error()) {
			t.Errorf("%s: %s", name, stderr.String())
		}
	}
}

// TestRunTellsWhatItLeft stands in for a target that can't be cleaned up.
func TestRunTellsWhatItLeft(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		accounts reports.Accounts
		journal  bool
		mail     string
		err      error
		want     string
	}{
		"nothing made":   {want: "0 accounts created\n"},
		"nothing left":   {accounts: reports.Accounts{Created: 2}, want: "2 accounts created, none left behind\n"},
		"accounts":       {accounts: reports.Accounts{Created: 2, Left: 1}, journal: true, mail: "smtp", want: "2 accounts created, 1 left behind\nremove what is left: "},
		"app passwords":  {journal: true, want: "0 accounts created, app passwords left behind\nremove what is left, where mail can be read"},
		"suite at fault": {journal: true, err: errors.New("index out of range"), want: "remove it: "},
	} {
		out := filepath.Join(t.TempDir(), "my report")
		var printed bytes.Buffer
		a := newApp(nil, &printed, &printed, nil)
		a.chooseRevision = unasked
		a.listSuite = func(suite.Config) ([]reports.Requirement, error) { return nil, nil }
		a.runSuite = func(_ context.Context, config suite.Config) (*reports.Report, error) {
			if test.journal {
				write(t, config.Journal, "{}\n")
			}
			target := reports.Target{Capabilities: reports.Capabilities{Mail: test.mail}}
			return reports.New(reports.Content{Accounts: test.accounts, Target: target}), test.err
		}
		a.run(t.Context(), []string{"run", against, "--out", out, "--admin-password", "secret", "--control", "http://127.0.0.1:2", "--progress", "none"})
		text := printed.String()
		if !strings.Contains(text, test.want) {
			t.Errorf("%s: want %q: %s", name, test.want, text)
		}
		command := "PDSCONFORM_ADMIN_PASSWORD=… pdsconform cleanup --journal '" + filepath.Join(out, "journal.jsonl") + "' --control http://127.0.0.1:2\n"
		if strings.Contains(text, command) != test.journal || strings.Contains(text, "secret") {
			t.Errorf("%s: the command is %q: %s", name, command, text)
		}
	}
}
