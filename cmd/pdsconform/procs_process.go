package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite"
)

// process is one part of a run, and what came of it.
type process struct {
	plan   suite.PartPlan
	run    *partedRun
	told   *messages // what is sent to it; nil before it is started, guarded by the run's mutex
	last   tail      // of what it printed as an error
	seen   map[string]bool
	report *reports.Report
	err    error // why there is no report

	leasedRequests, leasedAccounts int
}

// ownProgram is this program once more, with other arguments. It outlasts the
// context of a command: it is told to stop, and has to clean up.
func (a *app) ownProgram(arguments ...string) (*exec.Cmd, error) {
	path, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this program to start it once more: %w", err)
	}
	cmd := exec.Command(path, arguments...) //nolint:gosec,noctx // this program, and see above
	cmd.Env = a.environ
	return cmd, nil
}

// work starts the process, answers it, and returns when it has ended.
func (p *process) work(ctx context.Context) {
	defer p.run.leave(p)
	cmd, in, out, err := p.start()
	if err != nil {
		p.err = err
		return
	}
	told := newMessages(in)
	// A process that can't be told of anything has ended, which is found out
	// below.
	_ = told.send(p.run.order(p))
	p.run.hear(p, told)
	defer context.AfterFunc(ctx, func() { _ = told.send(toPart{Stop: true}) })()
	p.listen(told, json.NewDecoder(out))
	_ = in.Close()
	_ = cmd.Wait()
	if p.report == nil && p.err == nil {
		p.err = died(p.plan.Number, len(p.run.processes), cmd.ProcessState)
	}
}

func (p *process) start() (cmd *exec.Cmd, in io.WriteCloser, out io.Reader, err error) {
	if cmd, err = p.run.app.newPart(); err != nil {
		return nil, nil, nil, err
	}
	cmd.Stderr = &p.last
	if in, err = cmd.StdinPipe(); err != nil {
		return nil, nil, nil, err
	}
	if out, err = cmd.StdoutPipe(); err != nil {
		return nil, nil, nil, err
	}
	return cmd, in, out, cmd.Start()
}

// listen takes what the process tells, until it ends.
func (p *process) listen(told *messages, decoder *json.Decoder) {
	for {
		var said fromPart
		if decoder.Decode(&said) != nil {
			return
		}
		switch {
		case said.Event != nil:
			p.run.event(p, *said.Event)
		case said.Question != nil:
			given := p.run.answer(p, *said.Question)
			_ = told.send(toPart{Answer: &given})
		case said.Wait != nil:
			p.run.wait(p, *said.Wait)
		case said.End != nil && said.End.Report != nil:
			p.report = said.End.Report
		case said.End != nil:
			p.err = said.End.err()
		}
	}
}

// tail keeps the end of what is written to it.
type tail struct{ text []byte }

var _ io.Writer = (*tail)(nil)

const tailBytes = 8 << 10

// Write keeps the last bytes.
func (t *tail) Write(text []byte) (int, error) {
	t.text = append(t.text, text...)
	if over := len(t.text) - tailBytes; over > 0 {
		t.text = append([]byte(nil), t.text[over:]...)
	}
	return len(text), nil
}
