package target

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const (
	hookTimeout = time.Minute
	hookChances = 2 // how often in a row a hook may not be done in time before it is run no more
	maxHookText = 1 << 20

	maxOfAddress = 1000 // messages that a hook has shown
)

// Hook is a command that stands in for a driver: run without a shell, with its
// values in the environment.
type Hook struct {
	command []string
	hung    atomic.Int32 // how often in a row it was not done in time
}

// NewHook makes a hook of a program and its arguments.
func NewHook(command ...string) *Hook { return &Hook{command: command} }

// run runs the command and returns what it printed. The error shows the end of
// what it wrote to standard error, where a hook says what went wrong.
func (h *Hook) run(ctx context.Context, environment ...string) (string, error) {
	return h.runWithin(ctx, hookTimeout, environment...)
}

func (h *Hook) runWithin(ctx context.Context, limit time.Duration, environment ...string) (string, error) {
	if h.hung.Load() >= hookChances {
		return "", fmt.Errorf("hook %s: not run any more: it was not done in time %d times", h.command[0], hookChances)
	}
	output, err := h.runOnce(ctx, limit, environment)
	if errors.Is(err, context.DeadlineExceeded) {
		h.hung.Add(1)
	} else if err == nil {
		h.hung.Store(0)
	}
	return output, err
}

func (h *Hook) runOnce(ctx context.Context, limit time.Duration, environment []string) (string, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, limit, &late{limit})
	defer cancel()
	command := exec.CommandContext(ctx, h.command[0], h.command[1:]...) //nolint:gosec // it is the user's own command
	command.Env = command.Environ()
	for _, value := range environment {
		// No environment holds NUL, which a server may have taken in an e-mail address.
		command.Env = append(command.Env, strings.ReplaceAll(value, "\x00", ""))
	}
	command.WaitDelay = time.Second
	endGroup(command)
	output, trouble := &head{full: cancel}, &head{full: func() {}}
	command.Stdout, command.Stderr = output, trouble
	err := command.Run()
	if err == nil || errors.Is(err, exec.ErrWaitDelay) || output.overflowed { // the second where it left something running, such as a server
		return string(output.text), nil
	}
	if ctx.Err() != nil {
		return "", fmt.Errorf("hook %s: %w", h.command[0], context.Cause(ctx))
	}
	var exit *exec.ExitError
	if errors.As(err, &exit) && len(trouble.text) > 0 {
		return "", fmt.Errorf("hook %s: %w: %s", h.command[0], err, lastLine(string(trouble.text)))
	}
	return "", fmt.Errorf("hook %s: %w", h.command[0], err)
}

// late says that a hook was not done in time.
type late struct{ limit time.Duration }

// Error names the limit.
func (l *late) Error() string { return fmt.Sprintf("not done within %s", l.limit) }

// Is reports that a deadline was exceeded.
func (l *late) Is(err error) bool { return err == context.DeadlineExceeded }

// head keeps the beginning of what is written, and drops the rest.
type head struct {
	text       []byte
	overflowed bool
	full       func() // called when there is more than is kept
}

// Write keeps what still fits.
func (h *head) Write(text []byte) (int, error) {
	kept := min(len(text), maxHookText-len(h.text))
	h.text = append(h.text, text[:kept]...)
	if kept < len(text) && !h.overflowed {
		h.overflowed = true
		h.full()
	}
	return len(text), nil
}

func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return lines[len(lines)-1]
}

// ClockHook moves the clock by a command, told by PDSCONFORM_ADVANCE.
type ClockHook struct{ Hook *Hook }

// Advance runs the command.
func (c ClockHook) Advance(ctx context.Context, by time.Duration) error {
	_, err := c.Hook.run(ctx, "PDSCONFORM_ADVANCE="+shortDuration(by))
	return err
}

// shortDuration writes a duration as people do: "20m", not "20m0s".
func shortDuration(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// TakedownHook takes accounts down by a command, told by PDSCONFORM_DID and
// PDSCONFORM_ACTION.
type TakedownHook struct{ Hook *Hook }

// SetTakedown runs the command.
func (h TakedownHook) SetTakedown(ctx context.Context, did string, down bool) error {
	action := "takedown"
	if !down {
		action = "reinstate"
	}
	_, err := h.Hook.run(ctx, "PDSCONFORM_DID="+did, "PDSCONFORM_ACTION="+action)
	return err
}

// MailHook reads mail by a command, told by PDSCONFORM_TO, that prints the
// newest message to the address or the code in it. It remembers what it saw,
// so that a newer message can be told from one that was there before.
type MailHook struct {
	Hook  *Hook
	mutex sync.Mutex
	seen  map[string][]Message
}

// Messages runs the command and returns every different message that it has
// printed for the address so far.
func (h *MailHook) Messages(ctx context.Context, to string) ([]Message, error) {
	output, err := h.Hook.run(ctx, "PDSCONFORM_TO="+to)
	if err != nil {
		return nil, err
	}
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if h.seen == nil {
		h.seen = map[string][]Message{}
	}
	known := h.seen[to]
	text := strings.TrimSpace(clipped(output, maxMailText))
	if text != "" && len(known) < maxOfAddress && (len(known) == 0 || known[len(known)-1].Text != text) {
		message := Message{To: to, Text: text}
		if !strings.ContainsAny(text, " \t\n<") && !strings.Contains(text, "://") {
			message.Token = text // the code alone
		}
		h.seen[to] = append(known, message)
	}
	return h.seen[to], nil
}
