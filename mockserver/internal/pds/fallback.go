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
	if nsid, isXRPC := strings.CutPrefix(r.URL.Path, "/xrpc/"); isXRPC {
		if answers := beside()[nsid]; answers != nil {
			return answers(s, r)
		}
	}
	switch path := r.URL.Path; {
	case strings.HasPrefix(path, "/did:"):
		return s.directory(r)
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		return xrpc.Response{}, nil
	case path == "/":
		return text(banner), nil
	case path == HealthPath:
		return answer(lexval.Object{Field("version", Version())})
	case path == "/.well-known/atproto-did":
		return s.didOfHost(r)
	}
	return xrpc.Response{}, nil
}

// beside are the methods that are served without their documents.
func beside() map[string]func(*Server, *http.Request) (xrpc.Response, error) {
	return map[string]func(*Server, *http.Request) (xrpc.Response, error){
		"com.atproto.identity.resolveHandle":                (*Server).resolveHandle,
		"com.atproto.identity.getRecommendedDidCredentials": (*Server).recommendedCredentials,
		"com.atproto.sync.getRepoStatus":                    (*Server).repoStatus,
	}
}

// ServesBeside reports whether a method is served without its document.
func ServesBeside(nsid string) bool { return beside()[nsid] != nil }

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
	if !found || account.Deactivated {
		return xrpc.Response{}, xrpc.Fail(s.values.UnknownHandle, "Unable to resolve handle")
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
