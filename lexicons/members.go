package lexicons

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// A value is an undecoded piece of a document that knows its place.
type value struct {
	raw     json.RawMessage
	pointer Pointer
}

// A member is one entry of a JSON object, in the order of the document.
type member struct {
	name string
	value
}

// A decoder collects the problems of one document, so that all of them can be
// reported at once.
type decoder struct {
	document *Document
	problems findings
}

// problem reports what keeps the document from being used.
func (d *decoder) problem(at Pointer, format string, arguments ...any) {
	d.problems.add(Refused, d.document.inFile(at), format, arguments...)
}

// wrong reports what is against the language, though its meaning is clear.
func (d *decoder) wrong(at Pointer, format string, arguments ...any) {
	d.problems.add(Wrong, d.document.inFile(at), format, arguments...)
}

// doubt reports what may be right.
func (d *decoder) doubt(at Pointer, format string, arguments ...any) {
	d.problems.add(Doubtful, d.document.inFile(at), format, arguments...)
}

// child appends one reference token to a pointer.
// Source: RFC 6901, section 3
func (p Pointer) child(name string) Pointer {
	escaped := strings.ReplaceAll(strings.ReplaceAll(name, "~", "~0"), "/", "~1")
	return p + Pointer("/"+escaped)
}

// members splits an object, keeping its order, and reports double names:
// encoding/json would silently keep the last of them.
func (d *decoder) members(v value) []member {
	reader := json.NewDecoder(bytes.NewReader(v.raw))
	if token, err := reader.Token(); err != nil || token != json.Delim('{') {
		d.problem(v.pointer, "must be an object")
		return nil
	}
	var members []member
	for reader.More() {
		token, err := reader.Token()
		if err != nil {
			d.problem(v.pointer, "not JSON: %v", err)
			return nil
		}
		name, _ := token.(string)
		m := member{name: name, value: value{pointer: v.pointer.child(name)}}
		if err := reader.Decode(&m.raw); err != nil {
			d.problem(m.pointer, "not JSON: %v", err)
			return nil
		}
		if slices.ContainsFunc(members, func(other member) bool { return other.name == name }) {
			d.problem(m.pointer, "the name %q appears twice", name)
		}
		members = append(members, m)
	}
	return members
}

// has reports whether an object has a member, whatever its value.
func (d *decoder) has(v value, name string) bool {
	var members map[string]json.RawMessage
	return json.Unmarshal(v.raw, &members) == nil && members[name] != nil
}

// demand reports a keyword that the language requires and that is not there.
func (d *decoder) demand(v value, keyword, remedy string) {
	if !d.has(v, keyword) {
		d.wrong(v.pointer.child(keyword), "is missing: %s", remedy)
	}
}

// keywords hands each member of an object to its reader; one without a reader
// has no effect. "type" is always allowed: the caller has read it.
func (d *decoder) keywords(v value, readers map[string]func(value)) {
	for _, m := range d.members(v) {
		switch read := readers[m.name]; {
		case read != nil:
			read(m.value)
		case m.name != "type" || readers["no type"] != nil:
			d.doubt(m.pointer, "unknown keyword %q here, which has no effect: known are %s", m.name, words(readers))
		}
	}
}

// words lists the keywords that have readers.
func words(readers map[string]func(value)) string {
	names := slices.Sorted(maps.Keys(readers))
	return strings.Join(slices.DeleteFunc(names, func(name string) bool { return name == "no type" }), ", ")
}

// elements splits an array.
func (d *decoder) elements(v value) []value {
	var raws []json.RawMessage
	if json.Unmarshal(v.raw, &raws) != nil || raws == nil {
		d.problem(v.pointer, "must be an array")
		return nil
	}
	values := make([]value, len(raws))
	for i, raw := range raws {
		values[i] = value{raw, v.pointer.child(strconv.Itoa(i))}
	}
	return values
}

// into reads a scalar or a list of scalars; null is refused, since no keyword
// allows it and encoding/json would take it for absent.
func into[T any](d *decoder, target *T, what string) func(value) {
	return func(v value) {
		if string(v.raw) == "null" || json.Unmarshal(v.raw, target) != nil {
			d.problem(v.pointer, "must be %s", what)
		}
	}
}

// intoPointer is into for a keyword whose absence means something.
func intoPointer[T any](d *decoder, target **T, what string) func(value) {
	return func(v value) {
		*target = new(T)
		into(d, *target, what)(v)
	}
}

// choice is into for a list of which values have to be one.
func choice[T any](d *decoder, target *[]T, what string) func(value) {
	return func(v value) {
		before := len(d.problems)
		into(d, target, what)(v)
		if len(*target) == 0 && len(d.problems) == before {
			d.problem(v.pointer, "must not be empty: no value could be valid")
		}
	}
}

// count is intoPointer for a bound that can't be negative.
func count(d *decoder, target **int) func(value) {
	return func(v value) {
		intoPointer(d, target, "a whole number")(v)
		if **target < 0 {
			d.problem(v.pointer, "must not be negative")
		}
	}
}

// onlyJSON reports text that is not one JSON value.
func onlyJSON(raw []byte) error {
	reader := json.NewDecoder(bytes.NewReader(raw))
	var whole json.RawMessage
	if err := reader.Decode(&whole); err != nil {
		return fmt.Errorf("not JSON: %w", err)
	}
	if _, err := reader.Token(); err != io.EOF {
		return fmt.Errorf("not JSON: something follows the document's object")
	}
	return nil
}
