package behaviour

import (
	"strings"

	"github.com/pdsconform/pdsconform/lexicons"
)

// What requirements rest on that no document says.
const (
	sourceServiceAuth = "https://atproto.com/specs/xrpc#inter-service-authentication-jwt"
	sourceMailedCodes = "https://cheatsheetseries.owasp.org/cheatsheets/Forgot_Password_Cheat_Sheet.html#url-tokens"
	sourceMigration   = "https://atproto.com/guides/account-migration#creating-new-account"
	sourceAccess      = "https://owasp.org/Top10/A01_2021-Broken_Access_Control/#how-to-prevent"
)

// sourceIn is what a scenario rests on: a URL with a section, or the pointer to
// the words of the document.
func (s scenario) sourceIn(catalog *lexicons.Catalog, method *lexicons.Method) string {
	if strings.Contains(s.source, "://") {
		return s.source
	}
	if e := declared(method, s.error); e != nil {
		return string(e.Pointer)
	}
	return string(pointer(catalog, method, s.source))
}

// pointer finds the words that a term names, in the form of a condition:
// description, input.NAME, output.NAME, params.NAME, or any of them of another
// method. The method itself where there are none.
func pointer(catalog *lexicons.Catalog, method *lexicons.Method, term string) lexicons.Pointer {
	if other, rest, found := strings.Cut(term, "#"); found {
		if method = catalog.Method(family + other); method == nil {
			return ""
		}
		term = rest
	}
	facet, name, _ := strings.Cut(term, ".")
	var found lexicons.Schema
	switch {
	case facet == "description":
		return method.At() + "/description"
	case facet == "params" && method.Params != nil:
		found = method.Params.Property(name)
	case facet == "input" && method.Input.Object() != nil:
		found = method.Input.Object().Property(name)
	case facet == "output" && method.Output.Object() != nil:
		found = method.Output.Object().Property(name)
	}
	if found == nil {
		return method.At()
	}
	return found.At()
}
