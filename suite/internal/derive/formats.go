package derive

import (
	"fmt"

	"github.com/pdsconform/pdsconform/fixtures"
	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// illFormed asks that a string in the input which is not of its format is
// refused.
func (b *builder) illFormed(p place) {
	text, ok := lexicons.Deref(p.schema).(*lexicons.String)
	if !ok {
		return
	}
	for _, example := range illFormed(text) {
		b.refuseExample(p.id(), words(p.path), text, example, func(request xrpc.Request) xrpc.Request {
			return p.with(request, example.Value)
		})
	}
}

// illFormed are the examples of what is not of a string's format.
func illFormed(text *lexicons.String) []fixtures.Example {
	if text.Format == "" {
		return nil
	}
	_, examples := fixtures.Format(text.Format)
	return examples
}

// refuseExample asks that an example is refused. Where revisions of a format's
// specification disagree on one, servers may as well.
func (b *builder) refuseExample(prefix, what string, text *lexicons.String, example fixtures.Example, apply change) {
	o := must(prefix+".format."+example.Name,
		fmt.Sprintf("A request in which %s is no %s is refused: %s.", what, text.Format, example.Why), text.Pointer+"/format")
	if example.Disputed {
		o.level, o.authority = reports.May, reports.Reference
		b.disputedRefusal(o, apply)
		return
	}
	b.schemaRefusal(o, apply)
}
