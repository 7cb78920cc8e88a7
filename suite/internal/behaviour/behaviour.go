// Package behaviour holds the requirements that a schema can't say: one file
// for each endpoint, journeys that span endpoints last.
//
// It must not judge the shape of an answer, which is derived, nor know which
// server it talks to.
package behaviour

import (
	"context"
	"slices"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/target"
)

// endpoint is what was written by hand for one method.
type endpoint struct {
	nsid   string
	recipe spec.Recipe
	cases  []scenario
}

// scenario is one requirement beside its check. Its ID continues that of the
// endpoint.
type scenario struct {
	id        string
	title     string
	level     reports.Level
	authority reports.Authority
	error     string // the declared error that it is about; id is made of it
	in        string // a condition on the documents, see lexicons.Catalog.Holds; empty where it always holds
	needs     []target.Capability
	source    string // what it rests on, see sourceOf; empty for an error: its declaration
	run       func(ctx context.Context, t *spec.Trial)
}

// scenarios are those of the endpoint: its own, and what the table of callers says
// of it.
func (e endpoint) scenarios() []scenario {
	return slices.Concat(e.cases, refusals(e.nsid, e.recipe))
}

// endpoints lists what was written by hand. The state that recipes keep is
// that of one run, so the list is made anew for each.
func endpoints() []endpoint {
	return []endpoint{
		describeServer(), createAccount(), createSession(), getSession(), refreshSession(), deleteSession(),
		createAppPassword(), listAppPasswords(), revokeAppPassword(),
		createInviteCode(), createInviteCodes(), getAccountInviteCodes(),
		requestPasswordReset(), resetPassword(), requestAccountDelete(), deleteAccount(),
		checkAccountStatus(), activateAccount(), deactivateAccount(),
		requestEmailConfirmation(), confirmEmail(), requestEmailUpdate(), updateEmail(),
		getServiceAuth(), reserveSigningKey(),
	}
}

// Recipes says how each method is called with success, by NSID. They keep the
// state of one run.
func Recipes() map[string]spec.Recipe {
	recipes := map[string]spec.Recipe{}
	for _, e := range endpoints() {
		e.recipe.Credential = callers()[e.nsid].credential
		recipes[e.nsid] = e.recipe
	}
	return recipes
}

// Cases returns the hand-written requirements on the methods of a catalogue. A
// declared error for which nobody has written a scenario becomes one that is
// blocked, so that it can't be taken for checked.
func Cases(catalog *lexicons.Catalog) []spec.Case {
	var cases []spec.Case
	written, unasked := map[string]bool{}, revisionOf(catalog).unasked
	for _, e := range endpoints() {
		method := catalog.Method(e.nsid)
		if method == nil {
			continue
		}
		for _, s := range e.scenarios() {
			c := s.caseOf(catalog, method)
			if !s.appliesTo(catalog, method) || slices.Contains(unasked, c.ID) {
				continue
			}
			written[c.ID] = true
			cases = append(cases, c)
		}
	}
	for _, method := range catalog.Methods() {
		for _, e := range method.Errors {
			if s := unwritten(e.Name); !written[spec.Prefix(method.NSID)+"."+s.name()] {
				cases = append(cases, s.caseOf(catalog, method))
			}
		}
	}
	return append(cases, protocolCases()...)
}

func (s scenario) name() string {
	if s.error != "" {
		return "error." + s.error
	}
	return s.id
}

// appliesTo reports whether the documents have what a scenario is about.
func (s scenario) appliesTo(catalog *lexicons.Catalog, method *lexicons.Method) bool {
	return (s.error == "" || method.Error(s.error) != nil) && catalog.Holds(method.NSID, s.in)
}

func (s scenario) caseOf(catalog *lexicons.Catalog, method *lexicons.Method) spec.Case {
	return spec.Case{
		Requirement: spec.Requirement{
			Requirement: reports.Requirement{
				ID:        spec.Prefix(method.NSID) + "." + s.name(),
				Title:     s.title,
				Endpoint:  method.NSID,
				Level:     s.level,
				Authority: s.authority,
				Source:    s.sourceIn(catalog, method),
				Origin:    reports.Behaviour,
			},
			Error: s.error,
			Needs: s.needs,
		},
		Run: func(ctx context.Context, t *spec.Trial) {
			t.Need(s.needs...)
			s.run(ctx, t)
		},
	}
}

func unwritten(name string) scenario {
	return scenario{
		error: name, title: "The error " + name + " is raised where its condition holds.",
		level: reports.Must, authority: reports.Lexicon,
		run: func(_ context.Context, t *spec.Trial) {
			t.Block("no scenario is written that brings this error about", "a scenario in the suite")
		},
	}
}
