package derive

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/check"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// params derives from what the document says of a query's parameters.
func (b *builder) params() {
	if !b.method.IsQuery() {
		return
	}
	b.tolerated(protocol(reports.Must, "params.unknown", "A query parameter that the document does not name is ignored.", sourceMethods),
		func(request xrpc.Request) xrpc.Request { return request.WithParameter("unknownToTheDocument", "1") })
	if b.method.Params == nil {
		return
	}
	for _, parameter := range b.method.Params.Properties {
		b.param(parameter)
		b.doubled(parameter)
	}
	b.noFault("params.malformed-escape", "A query with a percent sign that escapes nothing is answered or refused, and is no fault of the server.",
		func(request xrpc.Request) xrpc.Request { return request.WithRawQuery("unknownToTheDocument=%zz") })
}

// noFault asks that a request is answered or refused, where the texts leave open
// which.
func (b *builder) noFault(suffix, title string, apply change) {
	b.add(protocol(reports.Must, suffix, title, sourceStatus), func(ctx context.Context, t *spec.Trial) {
		b.baseline(ctx, t)
		exchange := t.Do(ctx, apply(t.ValidRequest(ctx, b.method.NSID)))
		t.AfterSuccess(ctx, b.method.NSID, exchange)
		t.Expect(exchange, check.NoFault())
	})
}

// doubled leaves open which of two values a parameter has that is no list.
func (b *builder) doubled(parameter lexicons.Property) {
	if _, isList := lexicons.Deref(parameter.Schema).(*lexicons.Array); isList {
		return
	}
	name := parameter.Name
	b.noFault("params."+name+".doubled", fmt.Sprintf("A request in which %s is there twice is answered or refused, and is no fault of the server.", name),
		func(request xrpc.Request) xrpc.Request {
			value := request.Query.Get(name)
			if value == "" {
				value = sampleParameter(parameter.Schema)[0]
			}
			request = request.WithParameter(name, value)
			request.Query[name] = []string{value, value}
			return request
		})
}

func (b *builder) param(parameter lexicons.Property) {
	prefix := "params." + parameter.Name
	if b.method.Params.Requires(parameter.Name) {
		b.schemaRefusal(must(prefix+".required", fmt.Sprintf("A request without the required parameter %s is refused.", parameter.Name),
			b.method.Params.Pointer+"/required"),
			func(request xrpc.Request) xrpc.Request { return withoutParameter(request, parameter.Name) })
	}
	b.boundedParam(parameter)
	switch s := parameter.Schema.(type) {
	case *lexicons.Boolean:
		b.illTyped(parameter, "maybe")
		if s.Default != nil {
			b.defaulted(parameter, fmt.Sprint(*s.Default))
		}
	case *lexicons.Integer:
		b.illTypedRefused(parameter, "one")
		if s.Default != nil {
			b.defaulted(parameter, fmt.Sprint(*s.Default))
		}
	case *lexicons.String:
		b.illFormedParam(parameter, s)
		if s.Default != nil {
			b.defaulted(parameter, *s.Default)
		}
	}
}

func withoutParameter(request xrpc.Request, name string) xrpc.Request {
	request = request.WithParameter(name, "")
	request.Query.Del(name)
	return request
}

// illTyped leaves open whether a parameter that is no boolean is refused or
// taken for false, which servers of all revisions differ in; a fault of the
// server it is never.
func (b *builder) illTyped(parameter lexicons.Property, value string) {
	nsid := b.method.NSID
	title := fmt.Sprintf("A request in which %s is %q is answered or refused, but is no fault of the server.", parameter.Name, value)
	b.add(protocol(reports.Must, "params."+parameter.Name+".type", title, sourceStatus), func(ctx context.Context, t *spec.Trial) {
		b.baseline(ctx, t)
		exchange := t.Do(ctx, t.ValidRequest(ctx, nsid).WithParameter(parameter.Name, value))
		if exchange.Succeeded() {
			return
		}
		t.Expect(exchange, check.Refused())
	})
}

func (b *builder) illTypedRefused(parameter lexicons.Property, value string) {
	title := fmt.Sprintf("A request in which the parameter %s is %q instead of %s is refused.",
		parameter.Name, value, typeWords(parameter.Schema))
	b.schemaRefusal(must("params."+parameter.Name+".type", title, parameter.Schema.At()),
		func(request xrpc.Request) xrpc.Request { return request.WithParameter(parameter.Name, value) })
}

// illFormedParam leaves open what becomes of an empty text where the parameter is
// optional: servers take one for absent.
func (b *builder) illFormedParam(parameter lexicons.Property, text *lexicons.String) {
	for _, example := range illFormed(text) {
		example.Disputed = example.Disputed || example.Value == "" && !b.method.Params.Requires(parameter.Name)
		b.refuseExample("params."+parameter.Name, "the parameter "+parameter.Name, text, example, func(request xrpc.Request) xrpc.Request {
			return request.WithParameter(parameter.Name, example.Value)
		})
	}
}

// boundedParam asks that a parameter beyond its bounds is refused.
func (b *builder) boundedParam(parameter lexicons.Property) {
	for _, o := range outsides(parameter.Schema) {
		text := fmt.Sprint(o.value)
		if _, several := o.value.([]any); several || len(text) > maxParameter {
			continue
		}
		title := fmt.Sprintf("A request in which the parameter %s is %s is refused.", parameter.Name, o.words)
		b.schemaRefusal(must("params."+parameter.Name+"."+o.name, title, parameter.Schema.At()+"/"+lexicons.Pointer(o.keyword)),
			func(request xrpc.Request) xrpc.Request { return request.WithParameter(parameter.Name, text) })
	}
}

// maxParameter is what any server takes in a URL.
const maxParameter = 4 << 10

// defaulted asks that an absent parameter means its default. Lists may come in
// any order; an answer that changes by itself shows nothing.
func (b *builder) defaulted(parameter lexicons.Property, value string) {
	nsid := b.method.NSID
	title := fmt.Sprintf("A request without %s is answered as one in which it is %s.", parameter.Name, value)
	b.add(must("params."+parameter.Name+".default", title, parameter.Schema.At()+"/default"), func(ctx context.Context, t *spec.Trial) {
		b.baseline(ctx, t)
		given := func() string {
			return canonical(t.Rely(t.Do(ctx, t.ValidRequest(ctx, nsid).WithParameter(parameter.Name, value))))
		}
		explicit := given()
		exchange := t.Do(ctx, withoutParameter(t.ValidRequest(ctx, nsid), parameter.Name))
		t.Expect(exchange, check.Succeeds())
		absent := canonical(exchange)
		if explicit == absent {
			return
		}
		if given() != explicit {
			t.NotObserved("two equal requests are answered differently, so that a default can't be told")
		}
		t.Failf(fmt.Sprintf("the same answer as with %s=%s", parameter.Name, value), "another one")
	})
}

// canonical writes a body with the elements of arrays in order.
func canonical(exchange xrpc.Exchange) string {
	decoded, err := exchange.JSON()
	if err != nil {
		return string(exchange.Body)
	}
	return ordered(decoded)
}

func ordered(value any) string {
	switch v := value.(type) {
	case []any:
		elements := make([]string, len(v))
		for i, element := range v {
			elements[i] = ordered(element)
		}
		slices.Sort(elements)
		return "[" + strings.Join(elements, ",") + "]"
	case map[string]any:
		members := make([]string, 0, len(v))
		for name, member := range v {
			members = append(members, name+":"+ordered(member))
		}
		slices.Sort(members)
		return "{" + strings.Join(members, ",") + "}"
	default:
		encoded, _ := json.Marshal(v)
		return string(encoded)
	}
}
