package suite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/derive"
	"github.com/pdsconform/pdsconform/suite/internal/schema"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/target"
)

// Run checks a target and returns the report, whatever the verdict. When ctx
// ends, the report holds what had been checked by then and says so.
//
// The error is a *UsageError where the configuration can't be used, an
// *UnreachableError where the target can't be, and otherwise a fault of the
// suite; there is no report then. Any number of runs can be under way in a
// process.
func Run(ctx context.Context, config Config) (*reports.Report, error) {
	return run(ctx, config, func(ctx context.Context, p *plan, collector *collector) {
		collector.carryOut(ctx, p.order())
	})
}

// RunSpecs is Run with every requirement a spec of Ginkgo, which also puts them
// in the order of the seed. Only one can be under way in a process; further ones
// wait.
func RunSpecs(ctx context.Context, config Config) (*reports.Report, error) {
	return run(ctx, config, runTree)
}

func run(ctx context.Context, config Config, carryOut func(context.Context, *plan, *collector)) (*reports.Report, error) {
	config.Target = BaseURL(config.Target)
	p, err := newPlan(config)
	if err != nil {
		return nil, err
	}
	if err := checkTarget("--target", p.config.Target); err != nil {
		return nil, err
	}
	started := time.Now()
	bench, closeDrivers, err := p.open(ctx)
	if err != nil {
		return nil, err
	}
	defer closeDrivers()
	defer p.takeTurn(ctx)()
	if err := p.preflight(ctx, bench.Target); err != nil {
		return nil, err
	}
	collector := newCollector(p, bench)
	p.event(Event{Kind: EventStart, Text: offers(bench.Target), Total: collector.total})
	p.warnOfClock()
	carryOut(ctx, p, collector)
	p.cleanUp(ctx, bench.Target)
	return collector.report(ctx, started), nil
}

// takeTurn waits for runs that use the same target, where either moves its clock.
func (p *plan) takeTurn(ctx context.Context) (end func()) {
	if p.config.Embedded {
		return func() {}
	}
	return target.TakeTurn(ctx, p.config.Target, p.config.sharesClock() && p.movesClock(), p.note)
}

// open reaches the target and makes what the cases share. What it has opened
// is closed by the function that it returns.
func (p *plan) open(ctx context.Context) (*spec.Bench, func(), error) {
	schemas, err := schema.Compile(p.config.Catalog)
	if err != nil {
		return nil, nil, err
	}
	server, closeDrivers, err := p.reach(ctx)
	if err != nil {
		return nil, nil, err
	}
	bench := spec.NewBench(server, p.recipes, derive.Observer(p.config.Catalog, schemas, p.cases))
	bench.Sample = derive.Samples(p.config.Catalog)
	return bench, closeDrivers, nil
}

// reach opens the drivers and probes the target through them.
func (p *plan) reach(ctx context.Context) (*target.Target, func(), error) {
	drivers, closeDrivers, err := p.drivers(ctx)
	if err != nil {
		return nil, nil, err
	}
	journal, err := p.journal()
	if err != nil {
		closeDrivers()
		return nil, nil, &UnwrittenError{err}
	}
	server := target.New(target.Options{
		Client:           p.config.client(p.secrets),
		Drivers:          drivers,
		AdminPassword:    p.config.AdminPassword,
		InviteCode:       p.config.InviteCode,
		AccountHandle:    p.config.AccountHandle,
		AccountPassword:  p.config.AccountPassword,
		HandleDomain:     p.config.HandleDomain,
		PLC:              p.config.PLC,
		BudgetRequests:   p.config.BudgetRequests,
		BudgetAccounts:   p.config.BudgetAccounts,
		Journal:          journal,
		ImmediateEffects: p.config.ImmediateEffects,
		Confirm:          p.config.Confirm,
		Parallel:         p.config.Parallel,
		Random:           p.random(),
	})
	server.Client().Pace().Expect(p.cost(), p.note)
	closeAll := func() {
		nothingLeft := server.AccountsLeft() == 0 && server.AppPasswordsLeft() == 0
		if err := journal.Close(nothingLeft); err != nil {
			p.note(err.Error())
		}
		server.Client().Close()
		closeDrivers()
	}
	if err := server.Probe(ctx); err != nil {
		closeAll()
		return nil, nil, located(err)
	}
	return server, closeAll, nil
}

// journal begins the run's journal. That of an earlier run, which left things
// on its target, is kept under another name.
func (p *plan) journal() (*target.Journal, error) {
	path := p.config.Journal
	if path == "" {
		return nil, nil
	}
	journal, err := target.CreateJournal(path, p.config.Target)
	if !errors.Is(err, fs.ErrExist) {
		return journal, err
	}
	if target.JournalInUse(path) {
		return nil, &UsageError{fmt.Sprintf("another run is under way and keeps its journal in %s: wait for it to end, or give another folder (--out)", path)}
	}
	kept, err := setAside(path)
	if err != nil {
		return nil, err
	}
	p.note(fmt.Sprintf("an earlier run left things on its target, see %s: pdsconform cleanup --journal %s", kept, kept))
	return target.CreateJournal(path, p.config.Target)
}

// setAside renames a file to a name beside it that is free.
func setAside(path string) (string, error) {
	extension := filepath.Ext(path)
	for n := 1; ; n++ {
		kept := fmt.Sprintf("%s-%d%s", strings.TrimSuffix(path, extension), n, extension)
		_, err := os.Lstat(kept)
		if errors.Is(err, fs.ErrNotExist) {
			return kept, os.Rename(path, kept)
		}
		if err != nil {
			return "", fmt.Errorf("keep the journal of an earlier run: %w", err)
		}
	}
}

// cleanUpTime bounds the removal of what a run has made, which goes on after
// an interruption; each account adds to it, since a slow target or hook may need
// seconds for one.
const (
	cleanUpTime        = 2 * time.Minute
	cleanUpTimePerItem = 4 * time.Second // at the pace of a target that allows a request a second
)

// cleanUp removes what the run has made, unless that goes with the target.
func (p *plan) cleanUp(ctx context.Context, server *target.Target) {
	if p.config.Embedded || p.config.Throwaway || server.AccountsLeft()+server.AppPasswordsLeft() == 0 {
		return
	}
	limit := cleanUpTime + time.Duration(server.AccountsLeft())*cleanUpTimePerItem
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), limit)
	defer cancel()
	p.event(Event{Kind: EventCleanUp, Text: fmt.Sprintf("removing what the run made: accounts %d, app passwords %d", server.AccountsLeft(), server.AppPasswordsLeft())})
	if left := server.CleanUp(ctx); left > 0 {
		p.note(fmt.Sprintf("accounts left on the target: %d (%s)", left, strings.Join(server.Left(), ", ")))
	}
}

func (p *plan) note(text string) { p.event(Event{Kind: EventNote, Text: text}) }

// random is the source of names. The seed alone fixes those on the embedded
// mock; another target may remember an earlier run, on which its names must not
// be made again.
func (p *plan) random() *rand.Rand {
	if p.config.Embedded {
		return rand.New(rand.NewPCG(uint64(p.config.Seed), 0))
	}
	return rand.New(rand.NewPCG(uint64(p.config.Seed), uint64(time.Now().UnixNano())))
}

// event tells of a step, secrets replaced.
func (p *plan) event(event Event) {
	if p.config.OnEvent == nil {
		return
	}
	event.Text = p.secrets.Replace(event.Text)
	p.events.Lock()
	defer p.events.Unlock()
	p.config.OnEvent(event)
}

// offers words what a target was found to offer.
func offers(server *target.Target) string {
	word := func(capability target.Capability) string {
		if server.Missing(capability) == nil {
			return "yes"
		}
		return "no"
	}
	invites := "not required"
	if server.InviteRequired() {
		invites = "required"
	}
	signUp := "no"
	if server.CouldSignUp() {
		signUp = "yes"
	}
	return fmt.Sprintf("invites %s · sign-up %s · admin %s · mail %s · clock %s · takedown %s", invites, signUp,
		word(target.Admin), word(target.Mail), word(target.Clock), word(target.Takedown))
}
