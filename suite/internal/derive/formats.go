package derive

import (
	"fmt"

	"github.com/pdsconform/pdsconform/fixtures"
	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// inputFormats asks that a string which is not of its format is refused.
func (b *builder) inputFormats(property lexicons.Property) {
	switch s := property.Schema.(type) {
	case *lexicons.String:
		b.illFormed("input."+property.Name, property.Name, s, func(request xrpc.Request, value string) xrpc.Request {
			return request.With(property.Name, value)
		})
	case *lexicons.Array:
		items, ok := s.Items.(*lexicons.String)
		if !ok {
			return
		}
		b.illFormed("input."+property.Name+".items", "an element of "+property.Name, items,
			func(request xrpc.Request, value string) xrpc.Request {
				return request.With(property.Name, []any{value})
			})
	}
}

// illFormed uses the examples of the format. Where revisions of its
// specification disagree on one, servers may as well.
func (b *builder) illFormed(prefix, what string, text *lexicons.String, set func(xrpc.Request, string) xrpc.Request) {
	if text.Format == "" {
		return
	}
	_, examples := fixtures.Format(text.Format)
	for _, example := range examples {
		o := must(prefix+".format."+example.Name,
			fmt.Sprintf("A request in which %s is no %s is refused: %s.", what, text.Format, example.Why), text.Pointer+"/format")
		apply := func(request xrpc.Request) xrpc.Request { return set(request, example.Value) }
		if example.Disputed {
			o.level, o.authority = reports.May, reports.Reference
			b.disputedRefusal(o, apply)
			continue
		}
		b.schemaRefusal(o, apply)
	}
}
