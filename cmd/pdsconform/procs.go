package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite"
)

// partedRun is a run in several processes, as the first one sees it.
type partedRun struct {
	app       *app
	config    suite.Config
	settings  settings
	processes []*process
	total     int // requirements
	budget    pool
	mail      *suite.MailSink // nil where each part reads mail by itself

	mutex   sync.Mutex // also that events come one at a time
	working map[*process]bool
	clock   *sharedClock
	done    int
	told    map[suite.EventKind]bool // what one part tells for all
	agreed  *bool                    // what the user said of accounts
}

// runParts runs the suite in several processes and returns one report, that of
// a single run but for times and evidence.
func (a *app) runParts(ctx context.Context, config suite.Config, settings settings) (*reports.Report, error) {
	started := time.Now()
	plans, err := suite.Parts(config, affordable(settings.procs, config.BudgetRequests))
	if err != nil {
		return nil, err
	}
	if len(plans) < 2 {
		return a.runSuite(ctx, config)
	}
	r := &partedRun{app: a, config: config, settings: settings,
		working: map[*process]bool{}, told: map[suite.EventKind]bool{},
		budget: pool{requests: config.BudgetRequests, accounts: config.BudgetAccounts}}
	for _, plan := range plans {
		p := &process{plan: plan, run: r, seen: map[string]bool{}}
		r.processes, r.working[p] = append(r.processes, p), true
		r.total += len(plan.Requirements)
		if config.BudgetRequests > 0 {
			r.budget.lease(startRequests, 0)
		}
	}
	if strings.HasPrefix(config.Mail, "smtp://") {
		if r.mail, err = suite.ListenForMail(config.Mail); err != nil {
			return nil, err
		}
		defer r.mail.Close()
	}
	r.clock = newSharedClock(r.processes)
	defer context.AfterFunc(ctx, r.clock.stop)()
	r.work(ctx)
	return r.report(ctx, started)
}

// work runs the processes beside each other.
func (r *partedRun) work(ctx context.Context) {
	var together sync.WaitGroup
	for _, p := range r.processes {
		together.Go(func() { p.work(ctx) })
	}
	together.Wait()
}

// order is what a process is told first.
func (r *partedRun) order(p *process) order {
	todo := order{Config: r.config, Revision: r.settings.revision, Lexicons: r.settings.lexicons}
	todo.Config.Part = p.plan.Part
	todo.Config.KnownFailures = nil // they are of the whole
	if r.config.Journal != "" {
		todo.Config.Journal = partJournal(r.config.Journal, p.plan.Number)
	}
	if r.config.BudgetRequests > 0 {
		todo.Leased = startRequests
		p.leasedRequests = startRequests
	}
	if r.mail != nil {
		todo.Config.Mail, todo.MailName = "", "smtp"
	}
	return todo
}

// partJournal is the journal of one part, beside that of a whole run.
func partJournal(journal string, number int) string {
	extension := filepath.Ext(journal)
	return fmt.Sprintf("%s-part%d%s", strings.TrimSuffix(journal, extension), number, extension)
}

// hear lets a process be told what others ask for.
func (r *partedRun) hear(p *process, told *messages) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	p.told = told
}

// leave has the others have what a process didn't use of the budgets, and shows
// as errored what it had begun with and didn't come to.
func (r *partedRun) leave(p *process) {
	r.mutex.Lock()
	delete(r.working, p)
	r.mutex.Unlock()
	r.clock.leave(p)
	if p.report != nil {
		summary := p.report.Summary
		r.budget.giveBack(p.leasedRequests-summary.Requests, p.leasedAccounts-summary.Accounts.Created)
		return
	}
	for _, requirement := range p.plan.Requirements {
		if len(p.seen) > 0 && !p.seen[requirement.ID] {
			r.event(p, suite.Event{Kind: suite.EventResult,
				Result: &reports.Result{Requirement: requirement, Outcome: reports.Errored}})
		}
	}
}

// event shows what a process tells as an event of the whole run.
func (r *partedRun) event(p *process, event suite.Event) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	switch event.Kind {
	case suite.EventResult:
		p.seen[event.Result.ID] = true
		r.done++
	case suite.EventStart, suite.EventCleanUp:
		if r.told[event.Kind] {
			return
		}
		r.told[event.Kind] = true
		if event.Kind == suite.EventCleanUp {
			event.Text = "removing what the run made"
		}
	case suite.EventNote:
	}
	event.Done, event.Total = r.done, r.total
	r.config.OnEvent(event)
}

// answer is to a question of a process.
func (r *partedRun) answer(p *process, q question) reply {
	switch {
	case q.Advance > 0:
		return r.clock.pass(p, q.Advance)
	case q.Moved != nil:
		r.clock.moved(p, *q.Moved)
		return reply{Yes: true}
	case q.Checked:
		return r.clock.pass(p, forever)
	case q.Consent:
		return reply{Yes: r.consent()}
	case q.MailTo != "" && r.mail != nil:
		// The sink keeps mail in memory: reading it can't fail.
		found, _ := r.mail.Messages(context.Background(), q.MailTo)
		return reply{Messages: found}
	}
	if !r.budget.lease(q.Requests, q.Accounts) {
		return reply{}
	}
	p.leasedRequests += q.Requests
	p.leasedAccounts += q.Accounts
	return reply{Yes: true}
}

// consent asks once for all.
func (r *partedRun) consent() bool {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.agreed == nil {
		agreed := r.config.Confirm == nil || r.config.Confirm()
		r.agreed = &agreed
	}
	return *r.agreed
}

// wait has the other processes wait as well.
func (r *partedRun) wait(by *process, until time.Time) {
	r.mutex.Lock()
	others := []*messages{}
	for p := range r.working {
		if p != by && p.told != nil {
			others = append(others, p.told)
		}
	}
	r.mutex.Unlock()
	for _, told := range others {
		_ = told.send(toPart{Wait: &until})
	}
}

// firstOf returns the first error of a kind.
func firstOf[E error](errs []error) (E, bool) {
	var found E
	for _, err := range errs {
		if errors.As(err, &found) {
			return found, true
		}
	}
	return found, false
}
