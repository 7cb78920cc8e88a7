// Package derive makes requirements out of lexicon documents alone: one file
// for each facet of a method.
//
// It must not know any method by name. What a schema can't say, such as who may
// call a method and with which values, comes as recipes.
package derive

import (
	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/target"
)

// Where the protocol itself is described.
const (
	sourceMethods = "https://atproto.com/specs/xrpc#lexicon-http-endpoints"
	sourceErrors  = "https://atproto.com/specs/xrpc#error-responses"
	sourceStatus  = "https://atproto.com/specs/xrpc#summary-of-http-status-codes"
	sourceAuth    = "https://atproto.com/specs/xrpc#authentication"
	sourceObjects = "https://atproto.com/specs/lexicon#lexicon-evolution"
)

// Cases derives the requirements of every method of a catalogue. The recipes
// say what credential a method asks for; a method without one is called
// without.
func Cases(catalog *lexicons.Catalog, recipes map[string]spec.Recipe) []spec.Case {
	var cases []spec.Case
	for _, method := range catalog.Methods() {
		b := &builder{method: method, recipe: recipes[method.NSID]}
		b.success()
		b.verbs()
		b.verbRefusal()
		b.params()
		b.input()
		b.output()
		b.auth()
		b.answers()
		cases = append(cases, b.cases...)
	}
	return cases
}

// builder collects the cases of one method.
type builder struct {
	method *lexicons.Method
	recipe spec.Recipe
	cases  []spec.Case
	broken []breakage
}

// obligation is a derived requirement without what all of a method share.
type obligation struct {
	suffix    string // of the ID
	title     string
	level     reports.Level
	authority reports.Authority
	source    string
}

func (b *builder) add(o obligation, run checkFunc) { b.addWith(b.recipe.Needs, o, run) }

// addWith is add for a case that needs something else than the recipe.
func (b *builder) addWith(needs []target.Capability, o obligation, run checkFunc) {
	b.cases = append(b.cases, spec.Case{
		Requirement: spec.Requirement{
			Requirement: reports.Requirement{
				ID:        b.id(o.suffix),
				Title:     o.title,
				Endpoint:  b.method.NSID,
				Level:     o.level,
				Authority: o.authority,
				Source:    o.source,
				Origin:    reports.Derived,
			},
			Needs: needs,
		},
		Run: run,
	})
}

func (b *builder) id(suffix string) string { return spec.Prefix(b.method.NSID) + "." + suffix }

// must is an obligation of the document itself.
func must(suffix, title string, source lexicons.Pointer) obligation {
	return obligation{suffix, title, reports.Must, reports.Lexicon, string(source)}
}

// protocol is an obligation of the protocol specification.
func protocol(level reports.Level, suffix, title, source string) obligation {
	return obligation{suffix, title, level, reports.XRPC, source}
}
