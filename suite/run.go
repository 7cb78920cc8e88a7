package suite

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/derive"
	"github.com/pdsconform/pdsconform/suite/internal/schema"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/target"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// Run checks a target and returns the report, whatever the verdict. When ctx
// ends, the report holds what had been checked by then and says so.
//
// The error is a *UsageError where the configuration can't be used, an
// *UnreachableError where the target can't be, and otherwise a fault of the
// suite; there is no report then. Only one run can be under way in a process;
// further ones wait.
func Run(ctx context.Context, config Config) (*reports.Report, error) {
	p, err := newPlan(config)
	if err != nil {
		return nil, err
	}
	if err := checkTarget("--target", p.config.Target); err != nil {
		return nil, err
	}
	started := time.Now()
	bench, err := p.open(ctx)
	if err != nil {
		return nil, err
	}
	defer bench.Target.Client().Close()
	collector := newCollector(p, bench)
	p.event(Event{Kind: EventStart, Text: offers(bench.Target), Total: collector.total})
	runTree(ctx, p, collector)
	return collector.report(ctx, started), nil
}

// open reaches the target and makes what the cases share.
func (p *plan) open(ctx context.Context) (*spec.Bench, error) {
	schemas, err := schema.Compile(p.config.Catalog)
	if err != nil {
		return nil, err
	}
	var control *target.Control
	if p.config.Control != "" {
		if err := checkTarget("--control", p.config.Control); err != nil {
			return nil, err
		}
		control, err = target.NewControl(ctx, p.config.Control, p.config.Timeout)
		if err != nil {
			return nil, &UnreachableError{err.Error()}
		}
	}
	server := target.New(target.Options{
		Client:          xrpc.NewClient(p.config.Target, p.config.Timeout, xrpc.NewSecrets()),
		Control:         control,
		AdminPassword:   p.config.AdminPassword,
		InviteCode:      p.config.InviteCode,
		AccountHandle:   p.config.AccountHandle,
		AccountPassword: p.config.AccountPassword,
		HandleDomain:    p.config.HandleDomain,
		Random:          p.random(),
	})
	if err := server.Probe(ctx); err != nil {
		return nil, &UnreachableError{err.Error()}
	}
	return spec.NewBench(server, p.recipes, derive.Observer(p.config.Catalog, schemas, p.cases)), nil
}

// random is the source of names. The seed alone fixes those on the embedded
// mock; another target may remember an earlier run, on which its names must not
// be made again.
func (p *plan) random() *rand.Rand {
	if p.config.Embedded {
		return rand.New(rand.NewPCG(uint64(p.config.Seed), 0))
	}
	return rand.New(rand.NewPCG(uint64(p.config.Seed), uint64(time.Now().UnixNano())))
}

func (p *plan) event(event Event) {
	if p.config.OnEvent != nil {
		p.config.OnEvent(event)
	}
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
	return fmt.Sprintf("invites %s · sign-up %s · admin %s · mail %s · clock %s · takedown %s", invites,
		word(target.SignUp), word(target.Admin), word(target.Mail), word(target.Clock), word(target.Takedown))
}
