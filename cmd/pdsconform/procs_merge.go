package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite"
)

// report joins what the processes report. A process without a report is stood
// in for, so that nothing is missing; where no process has one, the error is
// that of the run.
func (r *partedRun) report(ctx context.Context, started time.Time) (*reports.Report, error) {
	var errs []error
	var first *reports.Report
	for _, p := range r.processes {
		if first == nil || p.report != nil && p.report.Run.StartedAt.Before(first.Run.StartedAt) {
			first = p.report
		}
		if p.err != nil {
			errs = append(errs, p.err)
			r.showLast(p)
		}
	}
	if usage, ok := firstOf[*suite.UsageError](errs); ok {
		return nil, usage
	}
	if first == nil {
		return nil, errors.Join(errs[:1]...)
	}
	var parts []*reports.Report
	for i, p := range r.processes {
		report := p.report
		if report == nil {
			report = r.standIn(ctx, p, first)
		}
		report.Run.Shard = suite.Shard{Index: i + 1, Count: len(r.processes)}.String()
		parts = append(parts, report)
	}
	merged, err := reports.Merge(parts...)
	if err != nil {
		return nil, err
	}
	merged.Run.ID, merged.Run.Shard = first.Run.ID, r.config.Shard.String()
	merged.Run.StartedAt, merged.Run.DurationMs = started.UTC(), time.Since(started).Milliseconds()
	merged.Run.Interrupted = merged.Run.Interrupted || ctx.Err() != nil
	merged.Expect(r.config.KnownFailures, started)
	return merged, nil
}

// showLast prints what a process that died said last.
func (r *partedRun) showLast(p *process) {
	if text := printable(string(p.last.text)); text != "" {
		fmt.Fprintf(r.app.stderr, "%s, and said last:\n%s\n", p.err, text)
	}
}

// standIn is the report of a process that has none: every requirement of it is
// there, with the reason. What all reports share is taken from another.
func (r *partedRun) standIn(ctx context.Context, p *process, like *reports.Report) *reports.Report {
	result := reports.Result{Outcome: reports.Errored, Fault: reports.FaultSuite}
	unreachable := new(suite.UnreachableError)
	switch {
	case ctx.Err() != nil:
		result.Outcome, result.Fault, result.Reason = reports.Blocked, "", "the run was interrupted"
	case errors.As(p.err, &unreachable):
		result.Fault, result.Reason = reports.FaultTarget, p.err.Error()
	default:
		result.Reason = p.err.Error()
	}
	declared := map[string]string{}
	for _, known := range like.Results {
		declared[known.ID] = known.Error
	}
	content := reports.Content{Version: like.Tool.Version, Run: like.Run, Target: like.Target}
	for _, requirement := range p.plan.Requirements {
		one := result
		one.Requirement, one.Error = requirement, declared[requirement.ID]
		content.Results = append(content.Results, one)
	}
	if r.config.Journal != "" {
		left := leftIn(partJournal(r.config.Journal, p.plan.Number))
		content.Accounts = reports.Accounts{Created: left, Left: left}
	}
	return reports.New(content)
}

// leftIn is the number of accounts that a journal says may be left.
func leftIn(journal string) int {
	file, err := os.Open(journal)
	if err != nil {
		return 0 // there is none: nothing was made
	}
	defer file.Close()
	accounts, err := suite.Remains(file)
	if err != nil {
		return 0 // cut off in its first line: nothing was made yet
	}
	return accounts
}
