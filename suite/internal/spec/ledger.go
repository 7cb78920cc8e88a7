package spec

import (
	"slices"
	"strings"
	"sync"

	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// Finding is a violation of a requirement that was seen in an exchange,
// whichever case had sent it.
type Finding struct {
	ID               string // of the violated requirement
	Expected, Actual string
	Exchange         xrpc.Exchange
	SeenIn           string // ID of the requirement whose check saw it
}

// Ledger collects the findings of a run. It is safe for use by several
// goroutines.
type Ledger struct {
	mutex    sync.Mutex
	findings map[string][]Finding
}

// maxFindings is how many findings of one requirement are kept: the first ones
// show what is wrong, hundreds more do not.
const maxFindings = 3

// NewLedger makes an empty ledger.
func NewLedger() *Ledger { return &Ledger{findings: map[string][]Finding{}} }

// Add keeps a finding.
func (l *Ledger) Add(finding Finding) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if len(l.findings[finding.ID]) < maxFindings {
		finding.Exchange = finding.Exchange.Brief()
		l.findings[finding.ID] = append(l.findings[finding.ID], finding)
	}
}

// Of returns the findings of one requirement, in the order in which they were
// seen.
func (l *Ledger) Of(id string) []Finding {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return append([]Finding(nil), l.findings[id]...)
}

// Lacking returns the requirements of members that answers of a method have
// lacked, in order.
func (l *Ledger) Lacking(nsid string) []string {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	var ids []string
	for id, findings := range l.findings {
		member, isOutput := strings.CutPrefix(id, Prefix(nsid)+outputStep)
		member, isRequired := strings.CutSuffix(member, requiredStep)
		if isOutput && isRequired && !strings.Contains(member, ".") && len(findings) > 0 {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

const outputStep, requiredStep = ".output.", ".required"

// requiredID is the requirement that answers of a method have a member.
func requiredID(nsid, member string) string { return Prefix(nsid) + outputStep + member + requiredStep }

// Forget drops what one case has seen.
func (l *Ledger) Forget(seenIn string) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	for id, findings := range l.findings {
		l.findings[id] = slices.DeleteFunc(findings, func(f Finding) bool { return f.SeenIn == seenIn })
	}
}
