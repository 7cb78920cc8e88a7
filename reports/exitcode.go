package reports

// ExitCode is what the process of a run ends with.
type ExitCode int

// The exit codes. Scripts depend on them.
const (
	// ExitConforms: every gating requirement that ran passed, and at least
	// one ran.
	ExitConforms ExitCode = 0

	// ExitFails: a gating requirement failed that is not a known failure.
	ExitFails ExitCode = 1

	// ExitUsage: usage or configuration error, found before anything was judged.
	ExitUsage ExitCode = 2

	// ExitUnreachable: the target could not be reached, or stopped answering.
	ExitUnreachable ExitCode = 3

	// ExitNothingChecked: the selection was empty, or everything blocked, or
	// less was checked than was asked for, or somebody else moved the target's
	// clock while what gates was checked.
	ExitNothingChecked ExitCode = 4

	// ExitStale: a known failure passed or does not exist.
	ExitStale ExitCode = 5

	// ExitUnwritten: a report could not be written.
	ExitUnwritten ExitCode = 6

	// ExitSuiteFault: a fault in the suite itself.
	ExitSuiteFault ExitCode = 70

	// ExitInterrupted: the run was stopped; reports of what had run are
	// written.
	ExitInterrupted ExitCode = 130
)

// String returns the verdict in words.
func (c ExitCode) String() string {
	switch c {
	case ExitConforms:
		return "conforms"
	case ExitFails:
		return "does not conform"
	case ExitUsage:
		return "usage error"
	case ExitUnreachable:
		return "the target could not be reached, or stopped answering"
	case ExitNothingChecked:
		return "nothing was checked"
	case ExitStale:
		return "the list of known failures is stale"
	case ExitUnwritten:
		return "a report could not be written"
	case ExitSuiteFault:
		return "a fault in the suite itself"
	case ExitInterrupted:
		return "interrupted"
	}
	return "unknown exit code"
}

// exitCode decides in the order of what casts doubt on the rest: results of a
// run that was stopped, or where the suite was at fault, say nothing reliable
// about the target.
func exitCode(results []Result, run Run, stale, unmet bool) ExitCode {
	var suiteFault, targetFault, gating, checked bool
	for _, result := range results {
		switch result.Outcome {
		case Errored:
			switch result.Fault {
			case FaultTarget:
				targetFault = true
			case FaultInterference:
				unmet = unmet || result.binds(run.Strict)
			default:
				suiteFault = true
			}
		case Passed, Failed, KnownFailure:
			checked = true
			gating = gating || result.Gates(run.Strict)
		case Blocked, NotObserved, Excluded:
		}
	}
	switch {
	case run.Interrupted:
		return ExitInterrupted
	case suiteFault:
		return ExitSuiteFault
	case targetFault:
		return ExitUnreachable
	case gating:
		return ExitFails
	case checked && unmet:
		return ExitNothingChecked
	case stale:
		return ExitStale
	case !checked:
		return ExitNothingChecked
	}
	return ExitConforms
}
