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

// Ruling is what a derived requirement is where servers are free to do
// otherwise than the document alone would say.
type Ruling struct {
	Level     reports.Level
	Authority reports.Authority
	Source    string
}

// EmptyOutput is the requirement on a method that declares no output, and the
// key of a ruling on it for all methods.
const EmptyOutput = "output.none"

// Cases derives the requirements of every method of a catalogue. The recipes
// say what credential a method asks for; a method without one is called
// without. The rulings are by ID, or by what stands in it after the method for
// the requirements of that name on every method.
func Cases(catalog *lexicons.Catalog, recipes map[string]spec.Recipe, rulings map[string]Ruling) []spec.Case {
	var cases []spec.Case
	own := ownQueries(catalog, recipes)
	for _, method := range catalog.Methods() {
		b := &builder{method: method, recipe: recipes[method.NSID], rulings: rulings, own: own}
		b.success()
		b.verbs()
		b.verbRefusal()
		b.params()
		b.input()
		b.text()
		b.output()
		b.emptyLists()
		b.auth()
		b.transport()
		b.concurrency()
		b.isolation()
		b.isolationOfInput()
		b.answers()
		cases = append(cases, b.cases...)
	}
	return cases
}

// builder collects the cases of one method.
type builder struct {
	method  *lexicons.Method
	recipe  spec.Recipe
	rulings map[string]Ruling
	cases   []spec.Case
	broken  []breakage

	credentials []credential // that are no good

	own []*lexicons.Method // the queries that an account can ask of itself
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
	o = b.ruled(o)
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

// ruled is an obligation as a ruling has it: one on the very requirement goes
// before one on its like of every method.
func (b *builder) ruled(o obligation) obligation {
	for _, key := range []string{b.id(o.suffix), o.suffix} {
		if r, ok := b.rulings[key]; ok {
			o.level, o.authority, o.source = r.Level, r.Authority, r.Source
			return o
		}
	}
	return o
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
