package faults

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/pds"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// outputDefectsOf are wrong answers of a method's success: in each property
// that its document describes, and as a whole.
func outputDefectsOf(method *lexicons.Method) []defect {
	if method.Output == nil {
		return []defect{about(method, "output", "unexpected", "answers with an output that nobody declared",
			onSuccess(func(response *xrpc.Response) {
				*response = xrpc.JSON([]byte(`{"success":true}`))
			}))}
	}
	all := []defect{
		about(method, "output", "media-type", "calls its output text/plain", onSuccess(func(response *xrpc.Response) {
			response.ContentType = "text/plain; charset=utf-8"
		})),
		about(method, "output", "absent", "answers without an output", onSuccess(func(response *xrpc.Response) {
			response.Body, response.ContentType = nil, ""
		})),
		about(method, "output", "malformed", "breaks its output off", onSuccess(breakOff)),
	}
	for _, place := range placesOf(method.Output.Schema, false) {
		all = append(all, place.defects(method)...)
	}
	return all
}

// onSuccess changes answers of the method that are no errors.
func onSuccess(change func(*xrpc.Response)) func(*xrpc.Faults) {
	return func(f *xrpc.Faults) {
		f.Answer = append(f.Answer, func(_ *http.Request, response *xrpc.Response) {
			if response.Status < http.StatusBadRequest {
				change(response)
			}
		})
	}
}

// breakOff leaves the last byte of a body out.
func breakOff(response *xrpc.Response) {
	response.Body = response.Body[:max(0, len(response.Body)-1)]
}

// item is the step of a path into every element of a list.
const item = "item"

// place is one value that a schema describes.
type place struct {
	path     []string
	at       lexicons.Pointer // of the member itself, in front of its ref
	schema   lexicons.Schema
	required bool
}

func (p place) name() string { return strings.Join(p.path, ".") }

// placesOf lists everything below a schema, in the order of the document. A
// definition that contains itself is entered once. What the types of a union
// have is below their names, where that is asked for.
func placesOf(schema lexicons.Schema, unions bool) []place {
	var found []place
	inside := map[lexicons.Schema]bool{}
	var visit func(schema lexicons.Schema, path []string)
	visit = func(schema lexicons.Schema, path []string) {
		schema = lexicons.Deref(schema)
		if inside[schema] {
			return
		}
		inside[schema] = true
		defer delete(inside, schema)
		below := func(step string, inner lexicons.Schema, required bool) {
			at := append(path[:len(path):len(path)], step)
			found = append(found, place{at, inner.At(), lexicons.Deref(inner), required})
			visit(inner, at)
		}
		switch s := schema.(type) {
		case *lexicons.Object:
			for _, property := range s.Properties {
				below(property.Name, property.Schema, s.Requires(property.Name))
			}
		case *lexicons.Array:
			below(item, s.Items, false)
		case *lexicons.Union:
			for _, target := range s.Targets {
				if object, isObject := target.(*lexicons.Object); isObject && unions {
					visit(object, append(path[:len(path):len(path)], typeStep(object)))
				}
			}
		}
	}
	visit(schema, nil)
	return found
}

// typeStep is the step of a path into a value of a union that is of a type.
func typeStep(target lexicons.Schema) string {
	return strings.ReplaceAll(lexval.TypeName(target), "#", ".")
}

// defects are those of an output that has the place.
func (p place) defects(method *lexicons.Method) []defect {
	var all []defect
	add := func(name, description string, change func(any) (any, bool)) {
		all = append(all, about(method, "output", p.name()+"."+name, description, func(f *xrpc.Faults) {
			f.Output = append(f.Output, func(output any) any { return changeAt(p.toldOf(output), p.path, change) })
		}))
	}
	if p.required {
		add("missing", "answers without "+p.name(), func(any) (any, bool) { return nil, false })
	}
	if wrong, possible := ofWrongType(p.schema); possible {
		add("wrong-type", "answers with "+p.name()+" of another type", wrong)
	}
	if text, ok := p.schema.(*lexicons.String); ok && text.Format != "" {
		add("ill-formed", "answers with "+p.name()+" that is no "+text.Format, func(value any) (any, bool) {
			return illFormed(text.Format, value), true
		})
		if text.Format == lexicons.FormatDatetime {
			for name, change := range looseDatetimes() {
				add("datetime-"+name, "answers with "+p.name()+" that is nearly a datetime: "+name, func(value any) (any, bool) {
					text, _ := value.(string)
					return change(text), true
				})
			}
		}
	}
	if wrong, possible := beyond(p.schema); possible {
		add("out-of-bounds", "answers with "+p.name()+" beyond its bounds", func(any) (any, bool) { return wrong, true })
	}
	if _, isList := p.schema.(*lexicons.Array); isList && len(p.path) == 1 && canBeEmpty(method, p.name()) {
		add("empty-null", "answers with null in the place of "+p.name()+" that is empty", func(value any) (any, bool) {
			if elements, isList := value.([]any); isList && len(elements) == 0 {
				return nil, true
			}
			return value, true
		})
	}
	return all
}

// inStates are members of an output that this server sends in some states of an
// account alone, where one of a wrong type has to be looked for.
func inStates() []string { return []string{"emailAuthFactor", "status"} }

// toldOf is an output that has the member which the place is, were this server
// one that never sends it.
func (p place) toldOf(output any) any {
	members, isObject := output.(lexval.Object)
	if len(p.path) > 1 || !isObject || slices.Contains(inStates(), p.name()) {
		return output
	}
	if slices.ContainsFunc(members, func(m lexval.Member) bool { return m.Name == p.path[0] }) {
		return output
	}
	return append(slices.Clone(members), pds.Field(p.path[0], lexval.Sample(p.schema)))
}

// changeAt returns a copy of a value in which change was done to everything
// at a path; what it does not keep is left out.
func changeAt(value any, path []string, change func(any) (any, bool)) any {
	switch v := value.(type) {
	case lexval.Object:
		changed := lexval.Object{}
		for _, member := range v {
			keep := true
			if member.Name == path[0] {
				member.Value, keep = changeBelow(member.Value, path[1:], change)
			}
			if keep {
				changed = append(changed, member)
			}
		}
		return changed
	case []any:
		changed := []any{}
		for _, element := range v {
			if element, keep := changeBelow(element, path[1:], change); keep {
				changed = append(changed, element)
			}
		}
		return changed
	}
	return value
}

func changeBelow(value any, path []string, change func(any) (any, bool)) (any, bool) {
	if len(path) == 0 {
		return change(value)
	}
	return changeAt(value, path, change), true
}

// ofWrongType turns a value into another type, as near to it as possible.
func ofWrongType(schema lexicons.Schema) (change func(any) (any, bool), possible bool) {
	switch schema.(type) {
	case *lexicons.String:
		return func(any) (any, bool) { return int64(20230418), true }, true
	case *lexicons.Integer, *lexicons.Boolean:
		return func(value any) (any, bool) {
			text, _ := lexval.Append(nil, value)
			return string(text), true
		}, true
	case *lexicons.Array, *lexicons.Object, *lexicons.Unknown, *lexicons.Union:
		return func(any) (any, bool) { return "elsewhere", true }, true
	}
	return nil, false
}

// illFormed is near to a value and not of its format.
func illFormed(format string, value any) string {
	text, _ := value.(string)
	switch format {
	case lexicons.FormatDID:
		return strings.TrimPrefix(text, "did:")
	case lexicons.FormatHandle:
		return "@" + text
	case lexicons.FormatDatetime:
		if at, err := time.Parse(time.RFC3339, text); err == nil {
			return at.UTC().Format(http.TimeFormat)
		}
	}
	return " " + text
}

// looseDatetimes are what servers take for a datetime that no reader of the
// format does.
func looseDatetimes() map[string]func(string) string {
	return map[string]func(string) string{
		"blank":       func(text string) string { return strings.Replace(text, "T", " ", 1) },
		"small":       strings.ToLower,
		"hours-alone": func(text string) string { return strings.TrimSuffix(text, "Z") + "+00" },
		"minus-zero":  func(text string) string { return strings.TrimSuffix(text, "Z") + "-00:00" },
		"date-alone":  func(text string) string { return text[:min(len(text), len(time.DateOnly))] },
	}
}

// canBeEmpty reports whether a list of an output is ever empty on this server.
func canBeEmpty(method *lexicons.Method, name string) bool {
	return pds.ShortName(method.NSID) != "describeServer" || name != "availableUserDomains"
}
