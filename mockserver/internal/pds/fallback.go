package pds

import (
	"net"
	"net/http"
	"runtime/debug"
	"strings"
	"sync"

	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// banner is for people who open the server in a browser.
const banner = "This is an atproto account server for tests: the reference mock of pdsconform.\n" +
	"Its methods are below /xrpc/. Nothing on it lasts.\n"

// HealthPath is where load balancers and clients ask whether a server is there.
const HealthPath = "/xrpc/_health"

// Fallback serves what no document of com.atproto.server describes, and
// clients that start from a handle need all the same.
func (s *Server) Fallback(r *http.Request) (xrpc.Response, error) {
	const resolveHandle = "/xrpc/com.atproto.identity.resolveHandle"
	switch path := r.URL.Path; {
	case path == resolveHandle:
		return s.resolveHandle(r)
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		return xrpc.Response{}, nil
	case path == "/":
		return text(banner), nil
	case path == HealthPath:
		return answer(lexval.Object{Field("version", Version())})
	case path == "/.well-known/atproto-did":
		return s.didOfHost(r)
	case strings.HasPrefix(path, "/did:"):
		return s.didDocument(r, path[1:])
	}
	return xrpc.Response{}, nil
}

// Version is the version of the module that the program was built from.
func Version() string { return moduleVersion() }

var moduleVersion = sync.OnceValue(func() string {
	build, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	const module = "github.com/pdsconform/pdsconform"
	if build.Main.Path == module {
		return build.Main.Version
	}
	for _, dependency := range build.Deps {
		if dependency.Path == module {
			return dependency.Version
		}
	}
	return "unknown"
})

func text(body string) xrpc.Response {
	return xrpc.Response{Status: http.StatusOK, ContentType: "text/plain; charset=utf-8", Body: []byte(body)}
}

func answer(value lexval.Object) (xrpc.Response, error) {
	body, err := lexval.Append(nil, value)
	return xrpc.JSON(body), err
}

// resolveHandle answers com.atproto.identity.resolveHandle.
func (s *Server) resolveHandle(r *http.Request) (xrpc.Response, error) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return xrpc.Response{}, xrpc.InvalidRequest("Incorrect HTTP method (" + r.Method + ") expected GET")
	}
	handle := strings.ToLower(r.URL.Query().Get("handle"))
	switch {
	case handle == "":
		return xrpc.Response{}, xrpc.InvalidRequest(`Error: Params must have the property "handle"`)
	case !lexval.IsHandle(handle):
		return xrpc.Response{}, xrpc.InvalidRequest("Error: Params/handle must be a valid handle")
	}
	account, found := s.Store.AccountByHandle(handle)
	if !found {
		return xrpc.Response{}, xrpc.InvalidRequest("Unable to resolve handle")
	}
	return answer(lexval.Object{Field("did", account.DID)})
}

// didOfHost answers for the handle that the request was addressed to.
// Source: https://atproto.com/specs/handle#https-well-known-method
func (s *Server) didOfHost(r *http.Request) (xrpc.Response, error) {
	host := r.Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	account, found := s.Store.AccountByHandle(strings.ToLower(host))
	if !found {
		return xrpc.Response{}, xrpc.NotFound("No account has the handle " + host)
	}
	return text(account.DID), nil
}

// didDocument answers in the manner of a PLC directory. The service's address
// is the one that the request came to, so that it holds behind a port mapping.
// Source: https://web.plc.directory/spec/v0.1/did-plc
func (s *Server) didDocument(r *http.Request, did string) (xrpc.Response, error) {
	account, found := s.Store.Account(did)
	if !found {
		return xrpc.Response{}, xrpc.NotFound("DID not registered: " + did)
	}
	key, err := s.Signing()
	if err != nil {
		return xrpc.Response{}, err
	}
	scheme := "http://"
	if r.TLS != nil {
		scheme = "https://"
	}
	response, err := answer(lexval.Object{
		Field("@context", lexval.Strings([]string{
			"https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1",
		})),
		Field("id", did),
		Field("alsoKnownAs", lexval.Strings([]string{"at://" + account.Handle})),
		Field("verificationMethod", []any{lexval.Object{
			Field("id", did+"#atproto"),
			Field("type", "Multikey"),
			Field("controller", did),
			Field("publicKeyMultibase", key),
		}}),
		Field("service", []any{lexval.Object{
			Field("id", "#atproto_pds"),
			Field("type", "AtprotoPersonalDataServer"),
			Field("serviceEndpoint", scheme+r.Host),
		}}),
	})
	response.ContentType = "application/did+ld+json; charset=utf-8"
	return response, err
}
