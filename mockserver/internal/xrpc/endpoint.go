package xrpc

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
)

// Caller is whom an Authorization header stands for.
type Caller struct {
	DID     string
	TokenID string // of a refresh token
	Scope   string // of its token
	Lapsed  bool   // whether a fault let it in
}

// Call is a request that has passed every check of the lexicon.
type Call struct {
	NSID   string
	Caller Caller
	Params lexval.Values
	Input  lexval.Values
	HTTP   *http.Request // its body has been read
	Body   []byte        // as it was sent, decompressed
	Media  string        // the media type of Body, in lower case, without parameters

	// Header is set in the answer, where the handler puts something there.
	Header http.Header
	// Answer, where the handler sets it, is sent as it is, in place of the output.
	Answer *Response

	input, output *lexval.Listed
}

// Takes reports whether the document lists a member of the input.
func (c *Call) Takes(name string) bool { return c.input.Lists(name) }

// Tells reports whether the document lists a member of the output, so that a
// handler needn't make what would be left out.
func (c *Call) Tells(name string) bool { return c.output.Lists(name) }

// Endpoint is how one method of a lexicon is served. Authorize runs before the
// body is read, or after its check with AuthorizeLast; without it the
// Authorization header is ignored. Writes tells whether the method changes
// anything, which nothing in a document does.
type Endpoint struct {
	NSID          string
	Authorize     func(*http.Request) (Caller, error)
	AuthorizeLast bool
	Handle        Handler
	Writes        bool
	Keeps         []string      // members of the output that are sent even where the document doesn't list them
	Unwritten     lexval.Object // members that the document requires and the handler can't know of
	MaxBody       int           // bytes of an input; 0 stands for MaxBody
}

// Documents are methods of further documents, with what serves them. Methods of
// the catalogue without an endpoint are not served.
type Documents struct {
	Catalog   *lexicons.Catalog
	Endpoints []Endpoint
}

// endpoint is an Endpoint with its document, compiled.
type endpoint struct {
	Endpoint
	method *lexicons.Method
	params *lexval.Params
	input  *lexval.Validator // nil where the input has no schema
	output *lexval.Validator // nil where the output has no schema

	listedInput, listedOutput *lexval.Listed
}

// compile joins endpoints and documents. A document may not be without an
// endpoint, nor an endpoint without a document in any embedded revision: the
// error names everything that is missing.
func compile(catalog *lexicons.Catalog, endpoints []Endpoint) (map[string]*endpoint, error) {
	compiled := make(map[string]*endpoint, len(endpoints))
	compiler := lexval.NewCompiler()
	var undocumented, unserved []string
	for _, e := range endpoints {
		method := catalog.Method(e.NSID)
		if method == nil {
			if !everDocumented()[e.NSID] {
				undocumented = append(undocumented, e.NSID)
			}
			continue
		}
		joined, err := join(compiler, e, method)
		if err != nil {
			return nil, fmt.Errorf("compile %s: %w", e.NSID, err)
		}
		compiled[e.NSID] = joined
	}
	for _, document := range catalog.Documents() {
		if _, served := compiled[document.ID]; !served && isServed(document) {
			unserved = append(unserved, document.ID)
		}
	}
	return compiled, complaint(undocumented, unserved)
}

// everDocumented names the methods of all embedded revisions, which are read
// once for all servers of a process.
var everDocumented = sync.OnceValue(func() map[string]bool {
	known := map[string]bool{}
	for _, revision := range lexicons.Revisions() {
		catalog, err := lexicons.LoadRevision(revision)
		if err != nil {
			continue // its methods count as never documented
		}
		for _, method := range catalog.Methods() {
			known[method.NSID] = true
		}
	}
	return known
})

// isServed reports whether a document describes something that clients call.
func isServed(document *lexicons.Document) bool {
	main := document.Definition("main")
	if main == nil {
		return false
	}
	switch main.Schema.(type) {
	case *lexicons.Method, *lexicons.Subscription:
		return true
	}
	return false
}

// compileFurther joins the endpoints of further documents with these. Of two
// for one method the first counts.
func compileFurther(all []Documents, into map[string]*endpoint) error {
	for _, documents := range all {
		compiler := lexval.NewCompiler()
		for _, e := range documents.Endpoints {
			method := documents.Catalog.Method(e.NSID)
			if method == nil || into[e.NSID] != nil {
				continue
			}
			joined, err := join(compiler, e, method)
			if err != nil {
				return fmt.Errorf("compile %s: %w", e.NSID, err)
			}
			into[e.NSID] = joined
		}
	}
	return nil
}

func complaint(undocumented, unserved []string) error {
	var parts []string
	if len(unserved) > 0 {
		slices.Sort(unserved)
		parts = append(parts, "no handler for "+strings.Join(unserved, ", "))
	}
	if len(undocumented) > 0 {
		slices.Sort(undocumented)
		parts = append(parts, "no document for the handler of "+strings.Join(undocumented, ", "))
	}
	if len(parts) == 0 {
		return nil
	}
	return fmt.Errorf("handlers and lexicon documents differ: %s", strings.Join(parts, "; "))
}

func join(compiler *lexval.Compiler, e Endpoint, method *lexicons.Method) (*endpoint, error) {
	joined := &endpoint{Endpoint: e, method: method}
	var err error
	if joined.params, err = compiler.CompileParams(method.Params); err != nil {
		return nil, err
	}
	if joined.input, err = compileBody(compiler, method.Input); err != nil {
		return nil, err
	}
	if method.Input != nil {
		joined.listedInput = lexval.ListedIn(method.Input.Schema)
	}
	if method.Output != nil {
		joined.listedOutput = lexval.ListedIn(method.Output.Schema)
	}
	joined.output, err = compileBody(compiler, method.Output)
	return joined, err
}

func compileBody(compiler *lexval.Compiler, body *lexicons.Body) (*lexval.Validator, error) {
	if body == nil || body.Schema == nil {
		return nil, nil
	}
	return compiler.Compile(body.Schema)
}
