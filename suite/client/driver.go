package client

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"time"
)

// maxLine bounds one outcome of a driver, and maxStderr what is kept of its
// standard error.
const (
	maxLine   = 1 << 20
	maxStderr = 64 << 10
)

// CannotRun is the exit code by which a driver says that it can't run here.
const CannotRun = 3

// DriverError is a driver that can't be used: nothing is said of the client.
type DriverError struct{ Problem string }

// Error returns the problem.
func (e *DriverError) Error() string { return e.Problem }

// Process is a driver that runs: where calls go, and where outcomes and
// messages come from.
type Process struct {
	Calls    io.WriteCloser
	Outcomes io.Reader
	Messages io.Reader // its standard error, or nil

	// Kill ends it at once, and Wait returns once it has ended, with its exit
	// code and what it ended with.
	Kill func()
	Wait func() (code int, ended string)
}

// Command returns what starts a driver: a program with its arguments.
func Command(words []string, folder string, environ []string) func(context.Context) (*Process, error) {
	return func(ctx context.Context) (*Process, error) {
		command := exec.CommandContext(ctx, words[0], words[1:]...) //nolint:gosec // the user's own command
		command.Dir, command.Env = folder, environ
		command.WaitDelay = time.Second // for children that hold the streams
		group(command)
		calls, err := command.StdinPipe()
		if err != nil {
			return nil, err
		}
		outcomes, err := command.StdoutPipe()
		if err != nil {
			return nil, err
		}
		messages, err := command.StderrPipe()
		if err != nil {
			return nil, err
		}
		if err := command.Start(); err != nil {
			return nil, &DriverError{fmt.Sprintf("the driver can't be started: %v", err)}
		}
		return &Process{
			Calls: calls, Outcomes: outcomes, Messages: messages,
			Kill: func() {
				killGroup(command)
				// A child that left the group may hold the streams for as long as it likes.
				time.AfterFunc(command.WaitDelay, func() { _, _ = outcomes.Close(), messages.Close() })
			},
			Wait: func() (int, string) {
				_ = command.Wait() // the state says all
				return command.ProcessState.ExitCode(), command.ProcessState.String()
			},
		}, nil
	}
}

// driver puts calls to a running driver, one at a time.
type driver struct {
	process  *Process
	lines    chan line
	messages *tail
	ended    bool // it is of no more use
}

type line struct {
	text []byte
	err  error
}

func startDriver(ctx context.Context, start func(context.Context) (*Process, error)) (*driver, error) {
	process, err := start(ctx)
	if err != nil {
		return nil, err
	}
	d := &driver{process: process, lines: make(chan line, 1), messages: &tail{done: make(chan struct{})}}
	go d.read()
	go d.messages.keep(process.Messages)
	return d, nil
}

// read hands on what the driver prints, line by line.
func (d *driver) read() {
	defer close(d.lines)
	scanner := bufio.NewScanner(d.process.Outcomes)
	scanner.Buffer(make([]byte, 0, 4096), maxLine)
	for scanner.Scan() {
		if text := strings.TrimSpace(scanner.Text()); text != "" {
			d.lines <- line{text: []byte(text)}
		}
	}
	if err := scanner.Err(); err != nil {
		d.lines <- line{err: err}
	}
}

// outcome is what came of a call.
type outcome struct {
	Value      json.RawMessage `json:"value"`
	Error      *CallError      `json:"error"`
	NotOffered bool            `json:"notOffered"`

	hung    bool   // no outcome within the time limit
	crashed string // how the driver ended in place of an outcome
	misuse  string // what the driver answered that is not an outcome
	unfit   string // what is wrong with its value, which is then left out
}

// call puts one call and waits for its outcome, limit at most.
func (d *driver) call(ctx context.Context, name string, args any, limit time.Duration) outcome {
	text, err := json.Marshal(map[string]any{"call": name, "args": args})
	if err != nil {
		panic("client: arguments of " + name + ": " + err.Error())
	}
	if _, err := d.process.Calls.Write(append(text, '\n')); err != nil {
		return d.crash()
	}
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case answer, open := <-d.lines:
		switch {
		case !open:
			return d.crash()
		case answer.err != nil:
			return d.misused(fmt.Sprintf("its output can't be read: %v (a line has at most %d bytes)", answer.err, maxLine))
		}
		return d.decode(name, answer.text)
	case <-timer.C:
		d.kill()
		return outcome{hung: true}
	case <-ctx.Done():
		d.kill()
		return outcome{hung: true}
	}
}

func (d *driver) decode(name string, text []byte) outcome {
	var o outcome
	if err := json.Unmarshal(text, &o); err != nil {
		return d.misused(fmt.Sprintf("it answered %s by a line that is not an outcome (%s): only outcomes go to standard output, logs to standard error",
			name, shorten(string(text), 80)))
	}
	forms := 0
	for _, given := range []bool{o.Value != nil, o.Error != nil, o.NotOffered} {
		if given {
			forms++
		}
	}
	switch {
	case forms != 1:
		return d.misused(fmt.Sprintf("the outcome of %s must have one of value, error and notOffered, and has %d", name, forms))
	case o.Value != nil:
		if err := checkValue(name, o.Value); err != nil {
			return outcome{unfit: fmt.Sprintf("a value that is not one of %s: %v", name, err)}
		}
	}
	return o
}

// misused ends a driver whose lines mean nothing any more.
func (d *driver) misused(how string) outcome {
	d.kill()
	return outcome{misuse: how}
}

// grace is how long a driver has to end by itself.
const grace = time.Second

// crash tells how the driver ended.
func (d *driver) crash() outcome {
	code, ended := d.end(grace)
	how := fmt.Sprintf("the driver ended (%s)", ended)
	if said := d.messages.complaint(); said != "" {
		how += ": " + said
	}
	if code == CannotRun {
		return outcome{misuse: "it says that it can't run here: " + d.messages.complaint()}
	}
	return outcome{crashed: how}
}

func (d *driver) kill() {
	d.process.Kill()
	d.end(0)
}

// close lets a driver end by itself, as it should at the end of its input, and
// makes it end where it doesn't.
func (d *driver) close() {
	if !d.ended {
		d.end(grace)
	}
}

// end waits until the driver has ended, and kills it after a while.
func (d *driver) end(after time.Duration) (code int, ended string) {
	d.ended = true
	_ = d.process.Calls.Close()
	timer := time.AfterFunc(after, d.process.Kill)
	defer timer.Stop()
	for range d.lines { // what comes late is nobody's outcome
	}
	<-d.messages.done
	return d.process.Wait()
}

// tail keeps the end of what a driver says on standard error.
type tail struct {
	mutex sync.Mutex
	text  []byte
	total int
	done  chan struct{}
}

func (t *tail) keep(from io.Reader) {
	defer close(t.done)
	if from == nil {
		return
	}
	_, _ = io.Copy(t, from) // until it ends
}

// Write never fails.
func (t *tail) Write(text []byte) (int, error) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.total += len(text)
	t.text = append(t.text, text...)
	if len(t.text) > maxStderr {
		t.text = append([]byte(nil), t.text[len(t.text)-maxStderr:]...)
	}
	return len(text), nil
}

// since returns what was said after a place, and the place where it ends.
func (t *tail) since(place int) (string, int) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	begin := max(0, len(t.text)-(t.total-place))
	return string(t.text[begin:]), t.total
}

// complaint is what the driver said last of why it ended.
func (t *tail) complaint() string {
	<-t.done
	text, _ := t.since(0)
	return complaint(text)
}

func shorten(text string, limit int) string {
	if runes := []rune(text); len(runes) > limit {
		return string(runes[:limit]) + "…"
	}
	return text
}

// probe starts a driver and opens a server, so that a command that is none is
// known before anything is judged.
func (d *driver) probe(ctx context.Context, service string, limit time.Duration) error {
	switch o := d.call(ctx, "open", map[string]any{"service": service}, limit); {
	case o.hung && ctx.Err() != nil:
		return ctx.Err()
	case o.hung:
		return &DriverError{fmt.Sprintf("the driver did not answer its first call, open, within %s: does it read standard input line by line and flush what it prints?", limit)}
	case o.crashed != "":
		return &DriverError{o.crashed + " before it answered its first call"}
	case o.misuse+o.unfit != "":
		return &DriverError{"the driver can't be used: " + o.misuse + o.unfit}
	case o.NotOffered:
		return &DriverError{"the driver does not offer open, which every driver must"}
	case o.Error != nil:
		return &DriverError{"the driver answers open with an error: " + shorten(scrub(o.Error.Message), 200)}
	}
	return nil
}

// RunCommand returns what runs a command of the client's own: a program with
// its arguments, in a folder, with an environment to which a scenario adds.
func RunCommand(words []string, folder string, environ []string) func(context.Context, []string) CommandResult {
	return func(ctx context.Context, more []string) CommandResult {
		command := exec.CommandContext(ctx, words[0], words[1:]...) //nolint:gosec // the user's own command
		command.Dir, command.Env = folder, append(slices.Clone(environ), more...)
		command.WaitDelay = time.Second // for children that hold the streams
		group(command)
		messages := &tail{done: make(chan struct{})}
		close(messages.done)
		command.Stdout, command.Stderr = messages, messages
		if err := command.Start(); err != nil {
			return CommandResult{Err: &DriverError{fmt.Sprintf("the command can't be started: %v", err)}}
		}
		err := command.Wait()
		said, _ := messages.since(0)
		result := CommandResult{Code: command.ProcessState.ExitCode(), Ended: command.ProcessState.String(), Stderr: said}
		if result.Hung = ctx.Err() != nil; !result.Hung && err != nil && result.Code == 0 {
			result.Code, result.Ended = -1, err.Error()
		}
		return result
	}
}
