package faults

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// textDefects are those of a server that breaks on what a string or a number
// of its input is made of.
func textDefects(method *lexicons.Method) []defect {
	object := method.Input.Object()
	if object == nil {
		return nil
	}
	var all []defect
	for _, p := range placesOf(object, false) {
		switch p.schema.(type) {
		case *lexicons.String:
			all = append(all, about(method, "text", p.name()+".unusual-server-error", "answers unusual text in "+p.name()+" with 500",
				onRead(func(body []byte) bool { return anyAt(decoded(body), p.path, isUnusual) })))
			if len(p.path) == 1 && answersWith(method, p.name()) {
				all = append(all, about(method, "text", p.name()+".cleaned", "leaves out of "+p.name()+" what isn't ASCII", func(f *xrpc.Faults) {
					f.Output = append(f.Output, func(output any) any {
						return changeAt(output, p.path, func(value any) (any, bool) { return inASCII(value), true })
					})
				}))
			}
		case *lexicons.Integer:
			all = append(all, about(method, "text", p.name()+".notation-server-error", "answers "+p.name()+" in another notation than plain digits with 500",
				onRead(func(body []byte) bool { return anyAt(decoded(body), p.path, isUnusualNumber) })),
				about(method, "text", p.name()+".overflow-server-error", "answers numbers in "+p.name()+" that no double holds with 500",
					onRead(func(body []byte) bool { return anyAt(decoded(body), p.path, overflows) })))
		}
	}
	return all
}

// answersWith reports whether a method's output has plain text of that name.
func answersWith(method *lexicons.Method, name string) bool {
	output := method.Output.Object()
	if output == nil {
		return false
	}
	text, isText := output.Property(name).(*lexicons.String)
	return isText && text.Format == ""
}

// anyTextDefects break every method alike.
func anyTextDefects(catalog *lexicons.Catalog) []defect {
	everywhere := func(name, description string, on func(body []byte) bool) defect {
		return defect{
			Defect: Defect{ID: "text." + name + "-server-error", Facet: "text", Description: "bodies " + description + " are answered with 500"},
			apply: func(_ *server, p *plan) {
				for _, method := range catalog.Methods() {
					onRead(on)(p.on(method.NSID))
				}
			},
		}
	}
	contains := func(text string) func([]byte) bool {
		return func(body []byte) bool { return bytes.Contains(body, []byte(text)) }
	}
	const deep, long = 1000, 5000
	words := regexp.MustCompile(`[a-zA-Z]{300,}`)
	return []defect{
		everywhere("nul", "with NUL", contains(`\u0000`)),
		everywhere("surrogate", "with half a surrogate pair", contains(`\ud800`)),
		everywhere("not-utf8", "that are no UTF-8", func(body []byte) bool { return !utf8.Valid(body) }),
		everywhere("direction-marks", "with marks for the direction of writing", contains("\u202a")),
		everywhere("quotes", "with quotation marks", contains(`'`)),
		everywhere("long", "with a word of 300 letters", words.Match),
		everywhere("very-long", "with thousands of letters", func(body []byte) bool { return len(body) > long && !bytes.Contains(body, []byte("[[")) }),
		everywhere("deep", "with many arrays in each other", func(body []byte) bool { return bytes.Count(body, []byte("[")) > deep }),
		everywhere("doubled-member", "with a member that is there twice", isDoubled),
	}
}

// onRead crashes on bodies that are such.
func onRead(on func(body []byte) bool) func(*xrpc.Faults) {
	return func(f *xrpc.Faults) {
		f.Read = append(f.Read, func(body []byte) error {
			if on(body) {
				return crash()
			}
			return nil
		})
	}
}

// decoded is what a body holds, with numbers as they were written.
func decoded(body []byte) any {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var value any
	_ = decoder.Decode(&value) // what is no JSON holds nothing
	return value
}

// anyAt reports whether a value at a path is such.
func anyAt(value any, path []string, is func(any) bool) bool {
	if len(path) == 0 {
		return is(value)
	}
	switch v := value.(type) {
	case map[string]any:
		return anyAt(v[path[0]], path[1:], is)
	case []any:
		for _, element := range v {
			if path[0] == item && anyAt(element, path[1:], is) {
				return true
			}
		}
	}
	return false
}

const unusualLength = 256

func isUnusual(value any) bool {
	text, _ := value.(string)
	return !isASCII(text) || strings.ContainsAny(text, "\x00'") || len(text) > unusualLength
}

func isUnusualNumber(value any) bool {
	number, _ := value.(json.Number)
	return strings.ContainsAny(number.String(), ".eE") || number == "-0"
}

// overflows reports whether a number is one that most languages have no type for.
func overflows(value any) bool {
	const digitsOfDouble = 15
	number, _ := value.(json.Number)
	return len(strings.TrimPrefix(number.String(), "-")) > digitsOfDouble || strings.HasSuffix(number.String(), "e400")
}

func inASCII(value any) any {
	text, _ := value.(string)
	return strings.Map(func(r rune) rune {
		if r >= utf8.RuneSelf {
			return -1
		}
		return r
	}, text)
}

// isDoubled reports whether the members of an object are fewer than their names.
func isDoubled(body []byte) bool {
	decoder := json.NewDecoder(bytes.NewReader(body))
	if opening, err := decoder.Token(); err != nil || opening != json.Delim('{') {
		return false
	}
	seen := map[json.Token]bool{}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil || seen[name] {
			return err == nil
		}
		seen[name] = true
		var value json.RawMessage
		if decoder.Decode(&value) != nil {
			return false
		}
	}
	return false
}
