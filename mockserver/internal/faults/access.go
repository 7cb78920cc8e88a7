package faults

import (
	"net/http"
	"slices"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/mockserver/internal/pds"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// accessDefects are methods that serve somebody whom their rule refuses: what
// they answer to whom is read from it. A refusal by an error that the method
// declares is among the defects of that error.
func accessDefects(method *lexicons.Method, rule pds.Rule) []defect {
	name := pds.ShortName(method.NSID)
	undeclared := func(refusal pds.Refusal) bool {
		return refusal != nil && !slices.ContainsFunc(method.Errors, func(e lexicons.Error) bool { return e.Name == refusal("").Name })
	}
	var all []defect
	if rule.Takes&pds.AccessToken != 0 && rule.Takes&pds.AppPasswordToken == 0 {
		all = append(all, relaxed(name, "app-password-session-accepted", "serves app-password sessions",
			func(rule *pds.Rule) { rule.Takes |= pds.AppPasswordToken }))
	}
	if undeclared(rule.TakenDown) {
		all = append(all, relaxed(name, "takedown-ignored", "serves accounts that were taken down",
			func(rule *pds.Rule) { rule.TakenDown = nil }))
	}
	if undeclared(rule.Deactivated) {
		all = append(all, relaxed(name, "deactivation-ignored", "serves accounts that were deactivated",
			func(rule *pds.Rule) { rule.Deactivated = nil }))
	}
	if undeclared(rule.Deleted) && !slices.Contains(withoutEffectOnDeleted(), name) {
		all = append(all, relaxed(name, "deletion-ignored", "serves accounts that were deleted",
			func(rule *pds.Rule) { rule.Deleted = nil }))
	}
	return all
}

// withoutEffectOnDeleted are methods by which a deleted account gets hold of
// nothing, even where they serve it: an empty list, or a password of nobody.
func withoutEffectOnDeleted() []string { return []string{addAppPassword, listAppPasswords} }

// relaxed is a method whose rule refuses too few.
func relaxed(method, name, description string, relax func(*pds.Rule)) defect {
	return behaviourOf(method, name, description, func(s *server, p *plan) {
		p.relax(s, method, true, relax)
	})
}

// relax admits callers whom a more lenient rule admits. Lapsed ones are answered
// with success, whatever the handler makes of them.
func (p *plan) relax(s *server, method string, lapsed bool, relax func(*pds.Rule)) {
	p.look(method, func(r *http.Request, caller xrpc.Caller, err error) (xrpc.Caller, error) {
		if err == nil {
			return caller, nil
		}
		rule := s.core.Rule(pds.LongName(method))
		relax(&rule)
		admitted, failed := s.core.Admit(r, rule)
		if failed != nil {
			return caller, err
		}
		admitted.Lapsed = lapsed
		return admitted, nil
	})
}
