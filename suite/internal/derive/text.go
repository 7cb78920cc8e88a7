package derive

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/check"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// Where it is said what JSON text is, and what a server makes of a request that
// it can't use.
const (
	sourceText    = "https://www.rfc-editor.org/rfc/rfc8259#section-8"
	sourceObject  = "https://www.rfc-editor.org/rfc/rfc8259#section-4"
	sourceNumbers = "https://www.rfc-editor.org/rfc/rfc8259#section-6"
)

// oddText is text that servers break on: well-formed JSON mostly, and nothing
// that a user would type.
type oddText struct {
	name, words string
	raw         string // what stands between the quotation marks
	exact       bool   // whether what comes back can be held against it
}

// oddTexts begin with the mark of what is made up: they are no secrets, even in
// the place of one.
func oddTexts() []oddText {
	const letters = xrpc.AnyText
	long := func(length int) string { return letters + strings.Repeat("a", length-len(letters)) }
	return []oddText{
		{"nul", "holds NUL", letters + `\u0000b`, true},
		{"surrogate", "holds half a surrogate pair", letters + `\ud800b`, false},
		{"not-utf8", "is no UTF-8", letters + "\xff\xfeb", false},
		{"unicode", "holds marks for the direction of writing, spaces of no width and letters beyond the first plane",
			letters + "\u202a\u200b\ufeff\u0301\U0001f600\u202cb", true},
		{"quotes", "holds quotation marks and signs that other languages give a meaning", letters + `'\"\\%s%00;--${b}{{b}}<b>`, true},
		{"long", "has 300 letters", long(300), true},
		{"very-long", "has 10,000 letters", long(10_000), true},
	}
}

// echoedTexts are those that are held against what comes back, where something
// does. One that ends in blanks breaks no server, and some take the blanks away.
func echoedTexts() []oddText {
	return append(oddTexts(), oddText{"padded", "ends in blanks", xrpc.AnyText + "  ", true})
}

// text asks that no text in a string of the input is a fault of the server, and
// that the method neither changes it on the quiet.
func (b *builder) text() {
	object := b.method.Input.Object()
	if object == nil || b.method.Input.Encoding != jsonMediaType {
		return
	}
	for _, property := range object.Properties {
		b.textOf("input."+property.Name, property.Name, property.Name, property.Schema)
		if array, ok := property.Schema.(*lexicons.Array); ok {
			b.textOf("input."+property.Name+".items", "an element of "+property.Name, property.Name, array.Items)
		}
	}
	b.bodyOddities(object)
}

const jsonMediaType = "application/json"

func (b *builder) textOf(prefix, what, property string, schema lexicons.Schema) {
	isElement := strings.HasSuffix(prefix, ".items")
	switch lexicons.Deref(schema).(type) {
	case *lexicons.String:
	case *lexicons.Integer:
		if !isElement {
			b.numberNotations(prefix, property)
		}
		return
	default:
		return
	}
	for _, odd := range oddTexts() {
		title := fmt.Sprintf("A request in which %s %s is answered or refused, and is no fault of the server.", what, odd.words)
		b.add(protocol(reports.Must, prefix+".text."+odd.name, title, sourceText), func(ctx context.Context, t *spec.Trial) {
			t.Expect(b.sendText(ctx, t, property, isElement, odd), check.NoFault())
		})
	}
	if !isElement && b.answersWith(property) {
		b.echoes(prefix, property)
	}
}

// answersWith reports whether the output has a string of the same name.
func (b *builder) answersWith(property string) bool {
	if b.method.Output.Object() == nil {
		return false
	}
	output := b.method.Output.Object().Property(property)
	if output == nil {
		return false
	}
	text, isText := lexicons.Deref(output).(*lexicons.String)
	return isText && text.Format == ""
}

// sendText sends one odd text in the place of a string, once in a run.
func (b *builder) sendText(ctx context.Context, t *spec.Trial, property string, isElement bool, odd oddText) xrpc.Exchange {
	return spec.Once(ctx, t, "text "+odd.name+" in "+property+" "+b.method.NSID, func(ctx context.Context, t *spec.Trial) xrpc.Exchange {
		literal, value := `"`+odd.raw+`"`, any(literalText(odd.raw))
		if isElement {
			literal, value = "["+literal+"]", []any{value}
		}
		return b.sendLiteral(ctx, t, property, literal, value)
	})
}

// placeOfLiteral stands in an input for what json.Marshal would not write.
const placeOfLiteral = "pdsconform-literal"

// sendLiteral sends a valid request in which a property has a value written in
// JSON beforehand, and remembers what it means.
func (b *builder) sendLiteral(ctx context.Context, t *spec.Trial, property, literal string, value any) xrpc.Exchange {
	request := t.ValidRequest(ctx, b.method.NSID)
	body := bytes.Replace(request.With(property, placeOfLiteral).Body(), []byte(`"`+placeOfLiteral+`"`), []byte(literal), 1)
	exchange := t.Do(ctx, request.With(property, value).WithRaw(body, jsonMediaType))
	t.AfterSuccess(ctx, b.method.NSID, exchange)
	return exchange
}

// echoes asks that text which is accepted comes back as it was sent.
func (b *builder) echoes(prefix, property string) {
	title := fmt.Sprintf("Whatever text is accepted as %s comes back in the answer as it was sent.", property)
	b.add(protocol(reports.Should, prefix+".text.echoed", title, sourceText), func(ctx context.Context, t *spec.Trial) {
		accepted := false
		for _, odd := range echoedTexts() {
			exchange := b.sendText(ctx, t, property, false, odd)
			if !exchange.Succeeded() || !odd.exact {
				continue
			}
			accepted = true
			sent := literalText(odd.raw)
			if got, isText := exchange.Object()[property].(string); isText && got != sent {
				t.Fail(fmt.Sprintf("%s as it was sent, where it %s: %s", property, odd.words, check.Value(sent)), check.Value(got))
			}
		}
		if !accepted {
			t.NotObserved("the target accepts no unusual text here")
		}
	})
}

// numberNotations asks that no way to write a whole number is a fault of the
// server. Which of them are whole numbers, readers of JSON differ in.
func (b *builder) numberNotations(prefix, property string) {
	for _, number := range []struct{ name, literal string }{{"point", "1.0"}, {"exponent", "1e0"}, {"minus-zero", "-0"},
		{"infinite", "1e400"}, {"beyond-double", "-9007199254740993"}, {"beyond-64-bits", "-99999999999999999999"}} {
		title := fmt.Sprintf("A request in which %s is written %s is answered or refused, and is no fault of the server.", property, number.literal)
		b.add(protocol(reports.Must, prefix+".number."+number.name, title, sourceNumbers), func(ctx context.Context, t *spec.Trial) {
			t.Expect(b.sendLiteral(ctx, t, property, number.literal, json.Number(number.literal)), check.NoFault())
		})
	}
}

// deepest is how many arrays stand in each other: more than any parser that
// calls itself for each survives without a limit.
const deepest = 20_000

// bodyOddities asks the same of the body as a whole.
func (b *builder) bodyOddities(object *lexicons.Object) {
	send := func(suffix, title, source string, change func(body []byte) []byte) {
		b.add(protocol(reports.Must, "input.body."+suffix, title, source), func(ctx context.Context, t *spec.Trial) {
			request := t.ValidRequest(ctx, b.method.NSID)
			exchange := t.Do(ctx, request.WithRaw(change(request.Body()), jsonMediaType))
			t.AfterSuccess(ctx, b.method.NSID, exchange)
			t.Expect(exchange, check.NoFault())
		})
	}
	insert := func(body []byte, member string) []byte {
		return append([]byte("{"+member+","), bytes.TrimPrefix(body, []byte("{"))...)
	}
	send("deep", fmt.Sprintf("A body with %d arrays in each other is answered or refused, and is no fault of the server.", deepest),
		"https://www.rfc-editor.org/rfc/rfc8259#section-9", func(body []byte) []byte {
			return insert(body, `"unknownToTheDocument":`+strings.Repeat("[", deepest)+strings.Repeat("]", deepest))
		})
	if len(object.Required) > 0 {
		name := object.Required[0]
		send("doubled-member", "A body in which a member is there twice is answered or refused, and is no fault of the server.", sourceObject,
			func(body []byte) []byte { return insert(body, fmt.Sprintf("%q:%q", name, sampleText)) })
	}
}
