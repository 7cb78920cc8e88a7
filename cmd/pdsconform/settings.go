package main

import (
	"strings"
	"time"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite"

	"github.com/spf13/pflag"
)

// settings holds every option of a run. Each is a flag, PDSCONFORM_<FLAG> in
// the environment, and a key of the configuration file, all of one name, but
// for what is noted.
type settings struct {
	revision    string
	lexicons    []string
	profiles    []string
	endpoints   []string
	only        []string
	skip        []string
	labelFilter string
	rerunFailed string
	shard       string

	target        string
	strict        bool
	require       []string
	minChecked    int
	adminPassword string
	inviteCode    string
	account       string
	handleDomain  string
	control       string
	plc           string
	mail          string
	timeout       time.Duration
	seed          int64
	parallel      parallelValue

	hooks suite.Hooks // in the configuration file only

	patience       time.Duration
	rate           string
	maxWait        time.Duration
	deadline       time.Duration
	failFast       bool
	watch          bool
	budgetRequests int
	budgetAccounts int
	yes            bool
	throwaway      bool

	knownFailures      string
	writeKnownFailures string

	out      string
	formats  []string
	noColor  bool
	quiet    bool
	verbose  bool
	progress string
}

// The ways to show progress.
const (
	progressAuto  = "auto"
	progressPlain = "plain"
	progressNone  = "none"
)

// selectionFlags returns the options that decide what is checked, bound to s.
func selectionFlags(s *settings) *pflag.FlagSet {
	flags := pflag.NewFlagSet("selection", pflag.ContinueOnError)
	flags.StringVar(&s.revision, "revision", revisionAuto, "lexicon `revision` to derive requirements from: "+strings.Join(lexicons.Revisions(), ", ")+
		" or auto, which is the newest whose methods the target answers, and without a target "+lexicons.DefaultRevision)
	flags.StringSliceVar(&s.lexicons, "lexicons", nil, "derive from the lexicon documents in `DIR` instead (repeatable: refs are looked for in all of them, requirements come from the first)")
	flags.StringSliceVar(&s.profiles, "profile", nil, "only the requirements of this profile: a `NAME` of "+strings.Join(reports.Profiles(), ", ")+" (repeatable)")
	flags.StringSliceVar(&s.endpoints, "endpoint", nil, "only this endpoint: an `NSID` or its last word (repeatable)")
	flags.StringSliceVar(&s.only, "only", nil, "only requirements with this `ID` or dotted prefix (repeatable)")
	flags.StringSliceVar(&s.skip, "skip", nil, "no requirements with this `ID` or dotted prefix (repeatable)")
	flags.StringVar(&s.labelFilter, "label-filter", "", "Ginkgo label `filter` over IDs, endpoints, levels and origins")
	flags.StringVar(&s.rerunFailed, "rerun-failed", "", "only what failed or errored in this `REPORT` (report.json) of an earlier run")
	flags.StringVar(&s.shard, "shard", "1/1", "only the `I/N`th of N equal parts, for machines that don't see each other")
	return flags
}

// optionFlags returns all options of a run, bound to s.
func optionFlags(s *settings) *pflag.FlagSet {
	flags := selectionFlags(s)
	flags.StringVar(&s.target, "target", "", "base `URL` of the server under test (default: the embedded mock)")
	flags.StringSliceVar(&s.require, "require", nil, "end with 4 unless all of `LIST` are at hand: sign-up, admin, mail, clock, takedown, plc")
	flags.IntVar(&s.minChecked, "min-checked", 0, "end with 4 unless this `PERCENT` of the selected requirements was checked")
	flags.BoolVar(&s.strict, "strict", false, "requirements of level should gate as well")
	flags.StringVar(&s.adminPassword, "admin-password", "", "`password` of the user admin; better given in PDSCONFORM_ADMIN_PASSWORD")
	flags.StringVar(&s.inviteCode, "invite-code", "", "invite `code` to sign up with, where there is no admin password")
	flags.StringVar(&s.account, "account", "", "existing account as `HANDLE:PASSWORD`, for a run that may create none")
	flags.StringVar(&s.handleDomain, "handle-domain", "", "`domain` for new handles (default: the first that the target offers)")
	flags.StringVar(&s.control, "control", "", "base `URL` of a control server: mail, clock, takedown (default: the embedded mock's)")
	flags.StringVar(&s.plc, "plc", "", "base `URL` of a PLC directory that the run may write to and the target reads, for migration; never the public one (default: the embedded mock's)")
	flags.StringVar(&s.mail, "mail", "", "`DRIVER` by which the target's mail can be read: control, smtp://HOST:PORT (the run listens there) or exec:COMMAND (default: control where there is one)")
	flags.DurationVar(&s.timeout, "timeout", 10*time.Second, "time limit of one request")
	flags.Int64Var(&s.seed, "seed", 0, "fixes order and generated names (default: random, printed and recorded)")
	flags.Var(&s.parallel, "parallel", "check `N` requirements at once; auto suits the time that the target takes to answer")
	flags.Var(&s.parallel, oldParallel, "old name of --parallel")
	_ = flags.MarkHidden(oldParallel)
	flags.DurationVar(&s.patience, "patience", 0, "wait this long for expiry where no clock can be moved")
	flags.StringVar(&s.rate, "rate", "", "never send more than `N/D` requests, such as 100/1m (default: as the target allows)")
	flags.DurationVar(&s.maxWait, "max-wait", suite.DefaultMaxWait, "wait this long, all in all, where the target limits requests")
	flags.DurationVar(&s.deadline, "deadline", 0, "end the run after this time as an interruption would, with reports (default: none)")
	flags.BoolVar(&s.failFast, "fail-fast", false, "stop at the first failure that gates, in the order in which a server is built")
	flags.BoolVar(&s.watch, "watch", false, "run again when a key is pressed or the target comes back after a restart, and print only what changed")
	flags.IntVar(&s.budgetRequests, "budget-requests", 0, "send no more than `N` requests (default: no limit)")
	flags.IntVar(&s.budgetAccounts, "budget-accounts", 0, "create no more than `N` accounts (default: no limit)")
	flags.BoolVar(&s.yes, "yes", false, "don't ask before the first account on a target that isn't on this machine")
	flags.BoolVar(&s.throwaway, "throwaway", false, "the target is thrown away after the run: nothing is cleaned up, no journal is kept, nothing is asked")
	flags.StringVar(&s.knownFailures, "known-failures", "", "YAML `FILE` of requirements that are expected to fail: a list of id, reason and, if need be, until (a date) and sometimes (true for what depends on timing)")
	flags.StringVar(&s.writeKnownFailures, "write-known-failures", "", "write the failures of this run to `FILE` in that form")
	flags.StringVar(&s.out, "out", "pdsconform-report", "`DIR` to write reports to")
	flags.StringSliceVar(&s.formats, "format", []string{"json", "junit", "html"}, "formats of reports: "+strings.Join(formatNames(reports.Formats()), ", "))
	flags.BoolVar(&s.noColor, "no-color", false, "no colours, also on a terminal")
	flags.BoolVar(&s.quiet, "quiet", false, "print the verdict alone")
	flags.BoolVar(&s.verbose, "verbose", false, "print every requirement that was not checked, and every exchange of a failure")
	flags.StringVar(&s.progress, "progress", progressAuto, "how to show progress: auto, plain or none")
	return flags
}
