package reports

import (
	"testing"
	"testing/fstest"
)

const document = `{
  "id": "x.y",
  "defs": {
    "main": {
      "input": {"schema": {"required": ["a"]}},
      "errors": [
        {"name": "A"},
        {
          "name": "B"
        }
      ],
      "a/b~c": 1
    }
  }
}
`

func TestLocate(t *testing.T) {
	t.Parallel()
	for pointer, want := range map[string]place{
		"":                                  {1, 15},
		"/defs/main":                        {4, 13},
		"/defs/main/errors":                 {6, 11},
		"/defs/main/errors/0":               {7, 7},
		"/defs/main/errors/1":               {8, 10},
		"/defs/main/errors/1/name":          {9, 9},
		"/defs/main/errors/2":               {6, 11}, // none: the list
		"/defs/main/input/schema/required":  {5, 5},
		"/defs/main/a~1b~0c":                {12, 12},
		"/defs/main/output/schema/whatever": {4, 13},
	} {
		if got := locate([]byte(document), pointer); got != want {
			t.Errorf("%q: lines %v, want %v", pointer, got, want)
		}
	}
	for _, text := range []string{"", "{", `{"a":`, `{"defs":{"main":[1,`, "<html>"} {
		if got := locate([]byte(text), "/defs/main"); got != (place{1, 1}) {
			t.Errorf("%q: lines %v, want the first", text, got)
		}
	}
}

func TestLibrary(t *testing.T) {
	t.Parallel()
	books := newLibrary(fstest.MapFS{"x/y.json": {Data: []byte(document)}})
	for source, want := range map[string]struct {
		name string
		at   place
	}{
		"x/y.json#/defs/main/errors/0": {"x/y.json", place{7, 7}},
		"x/y.json":                     {"x/y.json", place{1, 15}},
		"x/z.json#/defs/main":          {"x/z.json", place{}},
		"https://atproto.com/specs/xrpc#error-responses": {},
		"../../etc/secret.json#/a":                       {},
		"/etc/secret.json":                               {},
		"https://example.org/y.json#/defs/main":          {},
		"":                                               {},
	} {
		name, at := books.find(source)
		if name != want.name || at != want.at {
			t.Errorf("%q: %q %v, want %q %v", source, name, at, want.name, want.at)
		}
	}
	if name, at := newLibrary(nil).find("x/y.json#/defs"); name != "x/y.json" || at != (place{}) {
		t.Errorf("without documents: %q %v", name, at)
	}
}

func TestFacet(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]Facet{
		"server.createAccount.input.email.required": FacetInput,
		"server.createAccount.method.get-refused":   FacetInput,
		"server.getSession.params.unknown":          FacetInput,
		"server.getSession.output.did.format":       FacetOutput,
		"server.getSession.success":                 FacetOutput,
		"server.createAccount.error.InvalidHandle":  FacetErrors,
		"server.createAccount.http.no-server-error": FacetErrors,
		"server.getSession.auth.expired":            FacetAuth,
		"server.resetPassword.sessions.end":         FacetBehaviour,
		"xrpc.unknown-method.envelope":              FacetErrors,
		"xrpc.unknown-method.query-refused":         FacetInput,
		"short.id":                                  FacetBehaviour,
		"":                                          FacetBehaviour,
	} {
		if got := (Requirement{ID: id}).Facet(); got != want {
			t.Errorf("%s is about %s, want %s", id, got, want)
		}
	}
}
