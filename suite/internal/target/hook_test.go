package target

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// asHook is the argument by which the test binary stands in for a hook.
const asHook = "as-hook"

// TestMain lets the test binary be a hook that has no end, or no end of words.
func TestMain(m *testing.M) {
	if len(os.Args) < 3 || os.Args[1] != asHook {
		os.Exit(m.Run())
	}
	switch os.Args[2] {
	case "hang":
		time.AfterFunc(ample, func() { os.Exit(1) }) // should the test be gone
		select {}
	case "flood":
		writer := bufio.NewWriter(os.Stdout)
		for range 3000 * maxHookText / 10 {
			_, _ = writer.WriteString("123456789 ")
		}
		_ = writer.Flush()
	}
}

// shell is a hook that runs a script.
func shell(script string) *Hook { return NewHook("sh", "-c", script) }

func itself(t *testing.T, act string) *Hook {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return NewHook(program, asHook, act)
}

// written runs a hook that writes a file, and returns what it wrote.
func written(t *testing.T, script string, run func(*Hook) error) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "written")
	if err := run(NewHook("sh", "-c", script+` >"$0"`, file)); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func TestHooksGetTheirValues(t *testing.T) {
	t.Parallel()
	const did = "did:plc:ewvi7nxzyoun6zhxrhs64oiz"
	takedown := func(down bool) func(*Hook) error {
		return func(hook *Hook) error { return TakedownHook{hook}.SetTakedown(t.Context(), did, down) }
	}
	for name, test := range map[string]struct {
		script string
		run    func(*Hook) error
		want   string
	}{
		"clock":     {`printf %s "$PDSCONFORM_ADVANCE"`, func(hook *Hook) error { return ClockHook{hook}.Advance(t.Context(), 20*time.Minute) }, "20m"},
		"takedown":  {`printf %s "$PDSCONFORM_ACTION $PDSCONFORM_DID"`, takedown(true), "takedown " + did},
		"reinstate": {`printf %s "$PDSCONFORM_ACTION $PDSCONFORM_DID"`, takedown(false), "reinstate " + did},
		"path":      {`test -n "$PATH" && printf kept`, takedown(true), "kept"},
		"mail": {`printf %s "$PDSCONFORM_TO"`, func(hook *Hook) error {
			_, err := (&MailHook{Hook: hook}).Messages(t.Context(), "a b'$HOME@example.com")
			return err
		}, "a b'$HOME@example.com"},
		"mail to what no environment holds": {`printf %s "$PDSCONFORM_TO"`, func(hook *Hook) error {
			_, err := (&MailHook{Hook: hook}).Messages(t.Context(), "a\x00b")
			return err
		}, "ab"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := written(t, test.script, test.run); got != test.want {
				t.Errorf("the hook was told %q, want %q", got, test.want)
			}
		})
	}
}

func TestHooksThatFail(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		hook *Hook
		want []string // in the error
		not  string
	}{
		"exit code":            {shell(`exit 3`), []string{"hook sh", "exit status 3"}, "\n"},
		"standard error":       {shell(`echo starting >&2; echo no such account >&2; exit 1`), []string{"exit status 1: no such account"}, "starting"},
		"blank lines after it": {shell(`printf 'the reason\r\n\n  \n' >&2; exit 1`), []string{": the reason"}, "\n"},
		"output of a failure":  {shell(`echo 482913; exit 1`), []string{"exit status 1"}, "482913"},
		"no such command":      {NewHook("./no-such-hook"), []string{"hook ./no-such-hook", "no such file"}, ""},
		"no program":           {NewHook(t.TempDir()), []string{"hook ", "permission denied"}, ""},
		"killed":               {shell(`kill -9 $$`), []string{"signal: killed"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			messages, err := (&MailHook{Hook: test.hook}).Messages(t.Context(), address)
			for driver, err := range map[string]error{
				"mail":     err,
				"clock":    ClockHook{test.hook}.Advance(t.Context(), time.Minute),
				"takedown": TakedownHook{test.hook}.SetTakedown(t.Context(), "did:web:a.test", true),
			} {
				if err == nil {
					t.Fatalf("%s: no error", driver)
				}
				for _, word := range test.want {
					if !strings.Contains(err.Error(), word) {
						t.Errorf("%s: error %q does not say %q", driver, err, word)
					}
				}
				if test.not != "" && strings.Contains(err.Error(), test.not) {
					t.Errorf("%s: error %q holds %q", driver, err, test.not)
				}
			}
			if messages != nil {
				t.Errorf("mail of a hook that failed: %v", messages)
			}
		})
	}
}

func TestHookThatTakesTooLong(t *testing.T) {
	t.Parallel()
	_, err := itself(t, "hang").runWithin(t.Context(), 50*time.Millisecond)
	if err == nil || !strings.Contains(err.Error(), "not done within 50ms") {
		t.Errorf("error %v", err)
	}
}

// TestHookThatHangsIsGivenUp runs a hook that isn't done in time, twice, and no
// more: not even where somebody waits less long for it than it may take.
func TestHookThatHangsIsGivenUp(t *testing.T) {
	t.Parallel()
	hook := itself(t, "hang")
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, first := hook.run(ctx)
	_, second := hook.runWithin(t.Context(), 50*time.Millisecond)
	_, third := hook.run(t.Context())
	if first == nil || second == nil || third == nil || !strings.Contains(third.Error(), "not run any more") {
		t.Errorf("errors %v, %v, %v", first, second, third)
	}
}

func TestHookIsInterrupted(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	if err := (ClockHook{itself(t, "hang")}).Advance(ctx, time.Minute); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that the run was interrupted", err)
	}
}

// TestHookThatLeavesSomethingRunning is one that starts a server again, which
// holds its output open.
func TestHookThatLeavesSomethingRunning(t *testing.T) {
	t.Parallel()
	program := itself(t, "hang")
	output, err := NewHook("sh", "-c", `"$0" "$@" & echo $!`, program.command[0], program.command[1], program.command[2]).run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	number, err := strconv.Atoi(strings.TrimSpace(output))
	if err != nil {
		t.Fatalf("printed %q", output)
	}
	running, err := os.FindProcess(number)
	if err != nil {
		t.Fatal(err)
	}
	if err := running.Kill(); err != nil {
		t.Error("what the hook left running is gone:", err)
	}
}

func TestHookThatPrintsTooMuch(t *testing.T) {
	t.Parallel()
	output, err := itself(t, "flood").run(t.Context())
	if err != nil || len(output) != maxHookText {
		t.Errorf("%d bytes of output, error %v", len(output), err)
	}
}

// TestHookEndsWithItsChildren ends what a hook has started when it is cut off:
// the child holds a pipe, which ends with it.
func TestHookEndsWithItsChildren(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "held")
	if output, err := exec.CommandContext(t.Context(), "mkfifo", path).CombinedOutput(); err != nil {
		t.Skipf("no named pipe can be made here: %v: %s", err, output)
	}
	hook := NewHook("sh", "-c", `sleep 60 >"$0" & wait`, path)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		_, err := hook.run(ctx)
		ended <- err
	}()
	held, err := os.Open(path) // once the child holds the other end
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := <-ended; err == nil {
		t.Error("the hook succeeded")
	}
	gone := make(chan error, 1)
	go func() {
		_, err := io.Copy(io.Discard, held)
		gone <- err
	}()
	select {
	case err := <-gone:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(ample):
		t.Error("its child outlives it")
	}
}

// TestMailHookRemembers lets the newest mail change between looks.
func TestMailHookRemembers(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	hook := &MailHook{Hook: NewHook("sh", "-c", `cat "$0/$PDSCONFORM_TO" 2>/dev/null || true`, folder)}
	for _, step := range []struct {
		put  string // the newest mail; empty leaves what is there
		want []string
	}{
		{"", nil},
		{"\n  \n", nil},
		{"Your code is 111111\n", []string{"111111"}},
		{"", []string{"111111"}},
		{"Your code is 222222\n\n", []string{"111111", "222222"}},
		{"ABCDE-FGH23\n", []string{"111111", "222222", "ABCDE-FGH23"}},
		{"s3cret.Token_of-today\n", []string{"111111", "222222", "ABCDE-FGH23", "s3cret.Token_of-today"}},
		{"Your code is 111111\n", []string{"111111", "222222", "ABCDE-FGH23", "s3cret.Token_of-today", "111111"}},
		{"https://pds.test/reset?token=abcdef\n", []string{"111111", "222222", "ABCDE-FGH23", "s3cret.Token_of-today", "111111", "abcdef"}},
		{"<p>333333</p>\n", []string{"111111", "222222", "ABCDE-FGH23", "s3cret.Token_of-today", "111111", "abcdef", "333333"}},
	} {
		if step.put != "" {
			if err := os.WriteFile(filepath.Join(folder, address), []byte(step.put), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		messages, err := hook.Messages(t.Context(), address)
		if err != nil {
			t.Fatal(err)
		}
		var codes []string
		for _, message := range messages {
			codes = append(codes, message.Code())
		}
		if got, want := strings.Join(codes, " "), strings.Join(step.want, " "); got != want {
			t.Errorf("after %q: codes %s, want %s", step.put, got, want)
		}
	}
	if messages, err := hook.Messages(t.Context(), "bob@example.com"); err != nil || len(messages) != 0 {
		t.Errorf("to bob: %v, error %v", messages, err)
	}
}

func TestShortDuration(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		0:                               "0s",
		time.Second:                     "1s",
		10 * time.Second:                "10s",
		90 * time.Second:                "1m30s",
		time.Minute:                     "1m",
		20 * time.Minute:                "20m",
		100 * time.Minute:               "1h40m",
		time.Hour:                       "1h",
		10 * time.Hour:                  "10h",
		25 * time.Hour:                  "25h",
		91 * 24 * time.Hour:             "2184h",
		time.Hour + time.Second:         "1h0m1s",
		time.Hour + 30*time.Minute + 10: "1h30m0.00000001s",
		1500 * time.Millisecond:         "1.5s",
		50 * time.Millisecond:           "50ms",
		-20 * time.Minute:               "-20m",
	} {
		got := shortDuration(d)
		if got != want {
			t.Errorf("%s is written %s, want %s", d, got, want)
		}
		if read, err := time.ParseDuration(got); err != nil || read != d {
			t.Errorf("%s is read back as %s, error %v", got, read, err)
		}
	}
}
