// Package client checks a client of account servers: it carries out scenarios with
// it, each at a server of its own that applies faults in a known way, and judges
// what the client sent and what it told its user.
//
// It must not know the reference mock: a server is a URL, the control protocol
// beside it, and a function that starts one. Nor does it know any client: a
// driver is a program that speaks the driver protocol, or any command.
package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"time"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/reports"
)

// DefaultLimit is the time limit of one call where Config names none.
const DefaultLimit = 10 * time.Second

// startLimit is how long a driver may take to answer its first call.
const startLimit = time.Minute

// Config says which client to check, and how. Catalog, Serve and one of Driver
// and Run are required.
type Config struct {
	Catalog  *lexicons.Catalog // from which requirements are derived
	Revision string            // its name, for the report
	Version  string            // of the tool, for the report
	Name     string            // of the client, for the report: its command

	// Serve starts the server of a scenario.
	Serve func(Setup) (Server, error)

	// Variants are what Setup.Variants can name.
	Variants []Variant

	// Driver starts a driver of the client; scenarios that are carried out at the
	// same time have one each.
	Driver func(context.Context) (*Process, error)

	// Run runs a command of the client's own once, with the scenario's server
	// and accounts in the environment, in place of a driver.
	Run func(ctx context.Context, environ []string) CommandResult

	Only, Skip    []string // requirement IDs or dotted prefixes
	Strict        bool     // whether should requirements gate as well
	KnownFailures []reports.ExpectedFailure

	Limit    time.Duration // for one call, or for one run of the command
	Parallel int           // scenarios at once; 0: by the machine
	Seed     int64         // fixes passwords

	// OnPlayed is told each scenario when it is over, one after the other: how
	// long it took, and how many of how many are over.
	OnPlayed func(scenario string, took time.Duration, done, total int)
}

// CommandResult is how a command ended.
type CommandResult struct {
	Code   int    // -1 where it did not end by itself
	Ended  string // in words
	Hung   bool   // it did not end within the time limit
	Stderr string
	Err    error // it could not be started
}

// UsageError is a configuration that can't be used.
type UsageError struct{ Problem string }

// Error returns the problem.
func (e *UsageError) Error() string { return e.Problem }

// List returns the requirements that a run would check, sorted by ID.
func List(config Config) ([]reports.Requirement, error) {
	all, err := requirements(config.Catalog, config.Variants)
	if err != nil {
		return nil, err
	}
	var listed []reports.Requirement
	for _, one := range all {
		if config.selects(one.ID) {
			listed = append(listed, one.Requirement)
		}
	}
	return listed, nil
}

func (c Config) selects(id string) bool {
	for _, pattern := range c.Skip {
		if reports.Below(id, pattern) {
			return false
		}
	}
	for _, pattern := range c.Only {
		if reports.Below(id, pattern) {
			return true
		}
	}
	return len(c.Only) == 0
}

// check refuses patterns that no requirement has.
func (c Config) check(all []requirement) error {
	for flag, patterns := range map[string][]string{"--only": c.Only, "--skip": c.Skip} {
		for _, pattern := range patterns {
			found := false
			for _, one := range all {
				found = found || reports.Below(one.ID, pattern)
			}
			if !found {
				return &UsageError{fmt.Sprintf("%s %s: there is no such requirement (pdsconform client --list prints them)", flag, pattern)}
			}
		}
	}
	return nil
}

// Run carries out the scenarios and returns the report. The error is a *DriverError
// where the driver or the command can't be used, a *UsageError where the
// configuration can't, and otherwise a fault of the suite. When ctx ends, the
// report holds what had been carried out.
func Run(ctx context.Context, config Config) (*reports.Report, error) {
	all, err := requirements(config.Catalog, config.Variants)
	if err != nil {
		return nil, err
	}
	if err := config.check(all); err != nil {
		return nil, err
	}
	report, _, err := config.carryOut(ctx, all, config.needed(all))
	return report, err
}

// carryOut carries out scenarios and judges requirements by them. The records are
// those of the scenarios, nil where one was not carried out.
func (c Config) carryOut(ctx context.Context, all []requirement, needed []scenario) (*reports.Report, []*record, error) {
	if c.Limit == 0 {
		c.Limit = DefaultLimit
	}
	if c.Parallel == 0 {
		c.Parallel = 2 * runtime.GOMAXPROCS(0)
	}
	r := &run{config: c, adminPassword: secret(c.Seed, "admin"), http: &http.Client{Timeout: 30 * time.Second}}
	defer r.http.CloseIdleConnections()
	started := time.Now()
	records, err := r.carryOutAll(ctx, needed)
	if err != nil {
		return nil, nil, err
	}
	results, requests := r.judge(all, records)
	report := reports.New(reports.Content{
		Kind: reports.KindClient, Version: c.Version,
		Run: reports.Run{
			ID: runID(c.Seed, started), StartedAt: started, DurationMs: time.Since(started).Milliseconds(), Seed: c.Seed,
			Revision: c.Revision, Strict: c.Strict, Interrupted: ctx.Err() != nil,
		},
		Target:   reports.Target{URL: c.Name, Capabilities: reports.Capabilities{Admin: true, Mail: "control", Clock: true, Takedown: true}},
		Results:  results,
		Requests: requests,
	})
	report.Expect(c.KnownFailures, time.Now())
	return report, records, nil
}

// needed are the scenarios in which a selected requirement shows, with those
// that others are held against.
func (c Config) needed(all []requirement) []scenario {
	wanted := map[string]bool{plain: true, "expired": true}
	every := false
	for _, one := range all {
		if c.selects(one.ID) {
			every = every || len(one.in) == 0
			for _, name := range one.in {
				wanted[name] = true
			}
		}
	}
	var needed []scenario
	for _, one := range scenarios(c.Variants) {
		possible := c.Catalog.Holds("", one.needs)
		if possible && (every || wanted[one.name]) && (c.Run == nil || one.command != nil) {
			needed = append(needed, one)
		}
	}
	return needed
}

var errNoClient = errors.New("client: neither Driver nor Run is set")
