package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite"

	"github.com/spf13/cobra"
)

// partName is the command by which a run starts its other processes.
const partName = "part"

func (a *app) partCommand() *cobra.Command {
	return &cobra.Command{
		Use:     partName,
		Short:   "Check a part of a run, as its first process says",
		Long:    "Checks a part of a run with --procs, which starts it and speaks with it over standard input and output.",
		Example: "  pdsconform run --procs 4",
		Hidden:  true,
		Args:    noArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.runPart(cmd.Context()) },
	}
}

// runPart does what the first process orders, and tells it what came of it. It
// stops when that process says so, or is gone.
func (a *app) runPart(ctx context.Context) error {
	signal.Ignore(syscall.SIGPIPE) // of a process that is gone; what was made is still to be removed
	decoder := json.NewDecoder(a.stdin)
	var todo order
	if err := decoder.Decode(&todo); err != nil {
		return usagef("%s is for pdsconform run --procs, which starts it by itself", partName)
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	p := &part{out: newMessages(a.stdout), answers: make(chan reply), brake: suite.NewBrake()}
	go p.listen(ctx, decoder, stop)
	config, err := todo.config(ctx, p)
	var report *reports.Report
	if err == nil {
		report, err = a.runSuite(ctx, config)
	}
	return p.out.send(fromPart{End: endingOf(report, err)})
}

// config completes what can't be sent.
func (o order) config(ctx context.Context, p *part) (suite.Config, error) {
	config := o.Config
	catalog, _, err := settings{revision: o.Revision, lexicons: o.Lexicons}.catalog()
	if err != nil {
		return config, err
	}
	config.Catalog = catalog
	// The first process sees that a part is gone; there is nobody else to tell.
	config.OnEvent = func(event suite.Event) { _ = p.out.send(fromPart{Event: &event}) }
	config.Confirm = func() bool { return p.ask(question{Consent: true}).Yes }
	p.brake.OnWait = func(until time.Time) { _ = p.out.send(fromPart{Wait: &until}) }
	config.Share = suite.Share{Brake: p.brake, Leased: o.Leased, Lease: func(requests, accounts int) bool {
		return p.ask(question{Requests: requests, Accounts: accounts}).Yes
	}}
	if config.SharesClock() {
		config.Share.Advance = p.advance
		config.Share.Checked = func(context.Context) { p.ask(question{Checked: true}) }
	}
	if o.MailName != "" {
		config.Share.MailName = o.MailName
		config.Share.Mail = func(ctx context.Context, to string) ([]suite.Message, error) {
			return p.ask(question{MailTo: to}).Messages, ctx.Err()
		}
	}
	return config, nil
}

func endingOf(report *reports.Report, err error) *ending {
	var (
		usage       *usageError
		selection   *suite.UsageError
		unreachable *suite.UnreachableError
	)
	switch {
	case err == nil:
		return &ending{Report: report}
	case errors.As(err, &usage), errors.As(err, &selection):
		return &ending{Kind: problemUsage, Problem: err.Error()}
	case errors.As(err, &unreachable):
		return &ending{Kind: problemUnreachable, Problem: err.Error()}
	}
	return &ending{Kind: problemFault, Problem: err.Error()}
}

// err is the error that kept a part from its report.
func (e *ending) err() error {
	switch e.Kind {
	case problemUsage:
		return &suite.UsageError{Problem: e.Problem}
	case problemUnreachable:
		return &suite.UnreachableError{Problem: e.Problem}
	case problemFault:
	}
	return errors.New(e.Problem)
}

// part is a process's side of the talk with the first one.
type part struct {
	out     *messages
	brake   *suite.Brake
	asking  sync.Mutex
	answers chan reply
}

// listen takes what the first process tells, until it is gone.
func (p *part) listen(ctx context.Context, decoder *json.Decoder, stop func()) {
	defer close(p.answers)
	defer stop()
	for {
		var told toPart
		if decoder.Decode(&told) != nil {
			return
		}
		switch {
		case told.Stop:
			stop()
		case told.Wait != nil:
			p.brake.Hold(*told.Wait)
		case told.Answer != nil:
			p.answers <- *told.Answer
		}
	}
}

// advance lets time pass for all processes that share the target's clock.
func (p *part) advance(ctx context.Context, by time.Duration, move suite.Move) error {
	given := p.ask(question{Advance: by})
	switch {
	case given.Yes:
		return nil
	case given.Move == 0:
		return errors.New("the target's clock was not moved, since another process of the run ended or it is interrupted")
	}
	err := move(ctx, given.Move)
	p.ask(question{Moved: new(err == nil)})
	return err
}

// ask waits for the answer to a question. Where the first process is gone, it
// is no.
func (p *part) ask(q question) reply {
	p.asking.Lock()
	defer p.asking.Unlock()
	if p.out.send(fromPart{Question: &q}) != nil {
		return reply{}
	}
	return <-p.answers
}

// died is the error of a part that ended without a word.
func died(number, of int, how fmt.Stringer) error {
	return fmt.Errorf("process %d of %d ended without a report: %s", number, of, how)
}
