package client

import (
	"fmt"
	"slices"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/schema"
)

// requestRequirements are derived from the documents: for each method that a
// client can be asked to call, whether its requests are right.
func requestRequirements(catalog *lexicons.Catalog, schemas *schema.Set, known members) []requirement {
	var all []requirement
	for _, method := range catalog.Methods() {
		if name := short(method.NSID); name != "" && called(name) {
			all = append(all, derived(method, name, schemas, known)...)
		}
	}
	return append(all, wireRequirements()...)
}

// called reports whether a call of the protocol is about a method.
func called(method string) bool {
	return slices.ContainsFunc(Calls(), func(c Call) bool { return slices.Contains(c.Methods, method) })
}

func derived(method *lexicons.Method, name string, schemas *schema.Set, known members) []requirement {
	pointer := func(node lexicons.Pointer) string { return string(node) }
	make := func(what, title string, level reports.Level, authority reports.Authority, source string, judge func(request, *seen) string) requirement {
		r := obligation(level, authority, "requests."+name+"."+what, title, name, source).onWire()
		r.Origin = reports.Derived
		return r.by(eachRequest(name, judge))
	}
	all := []requirement{
		make("verb", fmt.Sprintf("%s is called with %s.", name, method.Verb()), reports.Must, reports.Lexicon, pointer(method.Pointer)+"/type",
			func(q request, _ *seen) string {
				return differs("the HTTP method", q.Method, method.Verb())
			}),
	}
	if method.Input != nil {
		all = append(all,
			make("input", "The body of "+name+" is valid by its document.", reports.Must, reports.Lexicon, pointer(method.Input.Pointer),
				func(q request, _ *seen) string { return invalidInput(q, method, schemas) }),
			make("media-type", "The body of "+name+" is sent as "+method.Input.Encoding+".", reports.Must, reports.Lexicon,
				pointer(method.Input.Pointer)+"/encoding", func(q request, _ *seen) string { return otherMediaType(q, method) }),
			make("members", "The body of "+name+" has no member that no document lists.", reports.Should, reports.XRPC, specLexicon,
				func(q request, _ *seen) string { return known.unknown(q, name) }))
	} else {
		all = append(all, make("no-body", name+" is called without a body, since its document declares none.", reports.Must, reports.Lexicon,
			pointer(method.Pointer), func(q request, _ *seen) string {
				if q.BodyBytes == 0 && q.ContentLength <= 0 {
					return ""
				}
				return fmt.Sprintf("a body of %d bytes", max(int64(q.BodyBytes), q.ContentLength))
			}))
	}
	if method.Params != nil {
		all = append(all, make("parameters", "The parameters of "+name+" are valid by its document.", reports.Must, reports.Lexicon,
			pointer(method.Params.Pointer), func(q request, _ *seen) string { return invalidParameters(q, method.Params) }))
	}
	return append(all, credentials(method, name, make)...)
}

type maker func(what, title string, level reports.Level, authority reports.Authority, source string, judge func(request, *seen) string) requirement

// eachRequest judges every request of one method; judge says what is wrong, or
// nothing.
func eachRequest(method string, judge func(request, *seen) string) func(*seen) verdict {
	return func(s *seen) verdict {
		sent := false
		for _, q := range of(s.requests, method) {
			sent = true
			if wrong := judge(q, s); wrong != "" {
				return failed("a request as the document has it", wrong, q)
			}
		}
		if !sent {
			return unseen("the client did not call %s", method)
		}
		return passed()
	}
}

func differs(what, got, want string) string {
	if got == want {
		return ""
	}
	return what + " is " + got
}

func orNone(text string) string {
	if text == "" {
		return "none"
	}
	return text
}
