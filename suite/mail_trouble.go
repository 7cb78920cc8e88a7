package suite

import (
	"net/http"
	"slices"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/behaviour"
	"github.com/pdsconform/pdsconform/suite/internal/check"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// mailTrouble is a target whose mail can't be sent, as far as its answers tell:
// well-formed requests for mail are answered with a fault of the server, all that
// were made, and no mail has ever come.
type mailTrouble struct {
	lead  string                   // the requirement that tells of it
	fault map[string]xrpc.Exchange // by the requirement that failed, what it failed by
}

const noMailWords = "; no mail has come either, so the target probably can't send any: see that it reaches its mail server"

// mailTrouble finds it. The caller holds the mutex, or is the only one left.
func (c *collector) mailTrouble() (trouble mailTrouble, found bool) {
	if c.bench.Target.MailCame() {
		return trouble, false
	}
	trouble.fault = map[string]xrpc.Exchange{}
	for _, nsid := range behaviour.MailMethods() {
		id := spec.SuccessID(nsid)
		exchange, failed := c.failedBy(id)
		switch {
		case !failed && c.verdicts[id].Outcome == reports.Passed, failed && exchange.Status < http.StatusInternalServerError,
			failed && exchange.Status == http.StatusNotImplemented:
			return trouble, false
		case failed:
			trouble.fault[id] = exchange
			if trouble.lead == "" {
				trouble.lead = id
			}
		}
	}
	return trouble, trouble.lead != ""
}

// failedBy is the answer by which a requirement failed.
func (c *collector) failedBy(id string) (xrpc.Exchange, bool) {
	if findings := c.bench.Ledger.Of(id); len(findings) > 0 {
		return findings[0].Exchange, true
	}
	verdict := c.verdicts[id]
	if verdict.Outcome != reports.Failed || len(verdict.Exchanges) == 0 {
		return xrpc.Exchange{}, false
	}
	return verdict.Exchanges[len(verdict.Exchanges)-1], true
}

// tellOfMail names mail that can't be sent as the probable cause of a failure.
// Where more than one method fails by it, that is one finding, and all else waits
// behind it.
func (c *collector) tellOfMail(one spec.Case, result *reports.Result) {
	if result.BlockedBy == "" && result.Outcome != reports.Failed {
		return
	}
	trouble, found := c.mail, c.mail.lead != ""
	if !c.ending {
		trouble, found = c.mailTrouble()
	}
	if !found {
		return
	}
	if _, waits := trouble.fault[result.BlockedBy]; waits && result.Outcome == reports.Blocked {
		result.BlockedBy = trouble.lead
		return
	}
	switch {
	case result.Outcome != reports.Failed || !slices.Contains(behaviour.MailMethods(), one.Endpoint):
	case one.ID == trouble.lead:
		result.Actual += noMailWords
	case c.isOf(one, trouble.fault[spec.SuccessID(one.Endpoint)]):
		result.Outcome, result.BlockedBy = reports.Blocked, trouble.lead
		result.Reason = "the target probably can't send mail: it answers well-formed requests for it with a fault of its own"
		result.Expected, result.Actual, result.Fault = "", "", ""
	}
}

// isOf reports whether a requirement failed by answers like one alone.
func (c *collector) isOf(one spec.Case, fault xrpc.Exchange) bool {
	seen := c.verdicts[one.ID].Exchanges
	if findings := c.held(one); len(findings) > 0 {
		return !slices.ContainsFunc(findings, func(f spec.Finding) bool { return !check.Alike(f.Exchange, fault) })
	}
	return len(seen) > 0 && check.Alike(seen[len(seen)-1], fault)
}
