package main

import (
	"context"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"time"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite"
)

// process is one part of a run, and what came of it.
type process struct {
	plan   suite.PartPlan
	run    *partedRun
	told   *messages // what is sent to it; nil before it is started
	last   tail      // of what it printed as an error
	seen   map[string]bool
	report *reports.Report
	err    error // why there is no report

	leasedRequests, leasedAccounts int
}

// ownExecutable is a process of this program that is to be a part.
func (a *app) ownExecutable() (*exec.Cmd, error) {
	path, err := os.Executable()
	if err != nil {
		return nil, err
	}
	// It outlasts ctx: what it has made is still to be removed, and reported.
	cmd := exec.Command(path, partName) //nolint:noctx // see above
	cmd.Env = a.environ
	return cmd, nil
}

// work starts the process, answers it, and returns when it has ended.
func (p *process) work(ctx context.Context) {
	cmd, err := p.run.app.newPart()
	if err != nil {
		p.err = err
		return
	}
	cmd.Stderr = &p.last
	in, err := cmd.StdinPipe()
	if err != nil {
		p.err = err
		return
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		p.err = err
		return
	}
	if err := cmd.Start(); err != nil {
		p.err = err
		return
	}
	p.run.join(p, newMessages(in))
	// A process that can't be told of anything has ended, which the last line
	// here finds out.
	_ = p.told.send(p.run.order(p))
	defer context.AfterFunc(ctx, func() { _ = p.told.send(toPart{Stop: true}) })()
	p.listen(json.NewDecoder(out))
	p.run.leave(p)
	_ = in.Close()
	_ = cmd.Wait()
	if p.report == nil && p.err == nil {
		p.err = died(p.plan.Number, len(p.run.processes), cmd.ProcessState)
	}
}

// listen takes what the process tells, until it ends.
func (p *process) listen(decoder *json.Decoder) {
	for {
		var told fromPart
		if decoder.Decode(&told) != nil {
			return
		}
		switch {
		case told.Event != nil:
			p.run.event(p, *told.Event)
		case told.Question != nil:
			given := p.run.answer(p, *told.Question)
			_ = p.told.send(toPart{Answer: &given})
		case told.Wait != nil:
			p.run.wait(p, *told.Wait)
		case told.End != nil && told.End.Report != nil:
			p.report = told.End.Report
		case told.End != nil:
			p.err = told.End.err()
		}
	}
}

// hold has the process send nothing until then.
func (p *process) hold(until time.Time) { _ = p.told.send(toPart{Wait: &until}) }

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
