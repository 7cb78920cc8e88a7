package mockserver_test

import (
	"bytes"
	"context"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"github.com/google/go-cmp/cmp"

	"github.com/pdsconform/pdsconform/mockserver"
)

// description is control.openapi.yaml, and what of it a test has walked.
type description struct {
	*client
	document *openapi3.T
	router   routers.Router
	walked   map[string]bool // verb and path
}

func describe(t *testing.T, c *client) *description {
	t.Helper()
	document, err := openapi3.NewLoader().LoadFromFile("control.openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := document.Validate(t.Context()); err != nil {
		t.Fatal(err)
	}
	document.Servers = openapi3.Servers{{URL: c.server.ControlURL}}
	router, err := gorillamux.NewRouter(document)
	if err != nil {
		t.Fatal(err)
	}
	return &description{c, document, router, map[string]bool{}}
}

// operations lists what the document describes, as verbs and paths.
func (d *description) operations() []string {
	var listed []string
	for path, item := range d.document.Paths.Map() {
		for verb := range item.Operations() {
			listed = append(listed, verb+" "+path)
		}
	}
	slices.Sort(listed)
	return listed
}

// walk sends a request and holds it and its answer against the document. A
// request that is meant to be bad must be one by the document, too, unless the
// document can't say so.
func (d *description) walk(verb, path, body string, status int, sayable bool) answer {
	d.Helper()
	request, err := http.NewRequestWithContext(context.Background(), verb, d.server.ControlURL+"/control/v1"+path, strings.NewReader(body))
	if err != nil {
		d.Fatal(err)
	}
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	route, parameters, err := d.router.FindRoute(request)
	if err != nil {
		d.Fatalf("%s %s: %v", verb, path, err)
	}
	input := &openapi3filter.RequestValidationInput{Request: request, Route: route, PathParams: parameters}
	invalid := openapi3filter.ValidateRequest(d.Context(), input)
	if bad := status >= 400 && sayable; (invalid != nil) != bad {
		d.Errorf("%s %s %s is status %d and by the document: %v", verb, path, body, status, invalid)
	}
	request.Body = io.NopCloser(strings.NewReader(body))
	a := d.do(request)
	if a.status != status {
		d.Errorf("%s %s %s is status %d %s, want %d", verb, path, body, a.status, a.body, status)
	}
	answered := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input, Status: a.status, Header: a.header, Body: io.NopCloser(bytes.NewReader(a.body)),
		Options: &openapi3filter.Options{IncludeResponseStatus: true},
	}
	if err := openapi3filter.ValidateResponse(d.Context(), answered); err != nil {
		d.Errorf("the answer to %s %s: %v", verb, path, err)
	}
	d.walked[verb+" "+route.Path] = true
	return a
}

// TestControlOpenAPI walks over all that the document describes, and holds
// what is sent and what is answered against it.
func TestControlOpenAPI(t *testing.T) {
	t.Parallel()
	d := describe(t, start(t))
	alice := d.signUp("alice")
	d.post("requestAccountDelete", alice.access, nil).ok()
	if _, err := d.server.AddScenario(mockserver.Scenario{Times: 1, Drop: mockserver.DropAtOnce}); err != nil {
		t.Fatal(err)
	}
	_, _ = d.attempt("POST", "createSession", "", `{"identifier":"alice.test","password":"x"}`)

	d.walk("GET", "/info", "", 200, true)
	d.walk("GET", "/openapi.yaml", "", 200, true)
	d.walk("GET", "/mail?to="+url.QueryEscape(alice.email), "", 200, true)
	d.walk("GET", "/clock", "", 200, true)
	d.walk("POST", "/clock", `{"advance":"1h2m3.5s"}`, 200, true)
	d.walk("POST", "/clock", `{"advance":"soon"}`, 400, true)
	d.walk("POST", "/clock", `{"advance":"-1s"}`, 400, false)
	d.walk("POST", "/clock", `{}`, 400, true)
	d.walk("POST", "/clock", `{"advance":"1s","by":1}`, 400, true)
	d.walk("POST", "/clock", `{"advance":"`+strings.Repeat("1s", 40_000)+`"}`, 413, false)
	d.walk("POST", "/accounts", `{"handle":"bob.test","email":"bob@example.com","password":"x"}`, 200, true)
	d.walk("POST", "/accounts", `{"handle":"bob.test","email":"bob@example.com","password":"x"}`, 400, false)
	d.walk("POST", "/accounts", `{"handle":"eve.test","email":"eve@example.com"}`, 400, true)
	d.walk("POST", "/accounts", `{"handle":"carol.test","email":"carol@example.com","password":"x","did":"did:web:carol.test","takenDown":true,`+
		`"deactivated":true,"emailConfirmed":true,"appPasswords":[{"name":"a","password":"b","privileged":true}],"invites":[{"code":"c-1","uses":2,"disabled":true}]}`, 200, true)
	d.walk("GET", "/accounts", "", 200, true)
	d.walk("PATCH", "/accounts/carol.test", `{"handle":"carola.test","email":"","authFactor":false,"deactivated":false}`, 200, true)
	d.walk("PATCH", "/accounts/carola.test", `{"authFactor":true}`, 400, false)
	d.walk("PATCH", "/accounts/carola.test", `{"handle":"alice.test"}`, 400, false)
	d.walk("PATCH", "/accounts/carola.test", `{"emailConfirmed":"yes"}`, 400, true)
	d.walk("PATCH", "/accounts/did:plc:nobody", `{}`, 404, false)
	d.walk("DELETE", "/accounts/carola.test", "", 200, true)
	d.walk("DELETE", "/accounts/carola.test", "", 404, false)
	d.walk("PUT", "/identities", `{"id":"did:web:carol.example","verificationMethod":[{"id":"#atproto",`+
		`"publicKeyMultibase":"zDnaerx9CtbPJ1q36T5Ln5wYt3MQYeGRG5ehnPAmxcf5mDZpv"}]}`, 200, true)
	d.walk("PUT", "/identities", `{"id":"did:web:carol.example","verificationMethod":[{"id":"#atproto","publicKeyMultibase":"z"}]}`, 400, false)
	d.walk("PUT", "/identities", `{"id":"did:web:carol.example"}`, 400, true)
	d.walk("GET", "/invites", "", 200, true)
	d.walk("POST", "/invites", `{"code":"c-9","uses":3,"disabled":true,"account":"alice.test"}`, 200, true)
	d.walk("POST", "/invites", `{}`, 200, true)
	d.walk("POST", "/invites", `{"code":"c-9"}`, 400, false)
	d.walk("POST", "/invites", `{"uses":-1}`, 400, true)
	d.walk("POST", "/invites", `{"account":"nobody.test"}`, 404, false)
	d.walk("POST", "/sessions", `{"account":"alice.test"}`, 200, true)
	d.walk("POST", "/sessions", `{"account":"nobody.test"}`, 404, false)
	d.walk("POST", "/sessions", `{}`, 400, true)
	d.walk("PATCH", "/invites/c-1", `{"disabled":false}`, 200, true)
	d.walk("PATCH", "/invites/c-1", `{}`, 400, true)
	d.walk("PATCH", "/invites/none", `{"disabled":false}`, 404, false)
	for _, verb := range []string{"POST", "DELETE"} {
		d.walk(verb, "/accounts/"+alice.did+"/takedown", "", 200, true)
		d.walk(verb, "/accounts/did:plc:nobody/takedown", "", 404, false)
		d.walk(verb, "/accounts/alice.test/takedown", "", 200, true)
	}
	bob := d.logIn("bob.test", "x").ok()
	d.walk("GET", "/sessions", "", 200, true)
	for _, opened := range d.server.Sessions() {
		d.walk("DELETE", "/sessions/"+url.PathEscape(opened.ID), "", 200, true)
	}
	d.walk("DELETE", "/sessions/none", "", 404, false)
	d.post("refreshSession", bob.text("refreshJwt"), nil).wants("after its session was ended", 400, "ExpiredToken")
	d.walk("GET", "/requests", "", 200, true)
	d.walk("GET", "/requests?after=1", "", 200, true)
	d.walk("GET", "/defects", "", 200, true)
	d.walk("PUT", "/defects", `{"active":["output.createSession.did.missing"]}`, 200, true)
	d.walk("PUT", "/defects", `{"active":["output.createSession.did.mising"]}`, 404, false)
	d.walk("PUT", "/defects", `{"active":"all"}`, 400, true)
	d.walk("PUT", "/latency", `{"nsid":"com.atproto.server.createSession","stage":"before-commit","delay":"0s"}`, 200, true)
	d.walk("PUT", "/latency", `{"nsid":"com.atproto.server.createSession","stage":"after","delay":"1ms"}`, 400, true)
	d.walk("GET", "/settings", "", 200, true)
	d.walk("PATCH", "/settings", `{"minPasswordLength":9,"links":{"privacyPolicy":"https://example.com/privacy"},"reservedNames":["staff"],`+
		`"rateLimits":["createSession=30/5m/account","9000/1m"]}`, 200, true)
	d.walk("PATCH", "/settings", `{"inviteRequired":"yes"}`, 400, true)
	d.walk("PATCH", "/settings", `{"rateLimits":["often"]}`, 400, true)
	d.walk("PATCH", "/settings", `{"rateLimits":["createSesion=1/1s"]}`, 400, false)
	d.walk("PATCH", "/settings", `{"minPasswordLength":20,"maxPasswordLength":10}`, 400, false)
	d.walk("POST", "/scenarios", `{"method":"getSession","account":"alice.test","skip":1,"times":2,"delay":"1ms","status":503,"error":"E",`+
		`"message":"M","carryOut":true,"headers":{"Retry-After":3,"Via":"x"},"body":"html","drop":"mid-body"}`, 200, true)
	d.walk("POST", "/scenarios", `{"defect":"output.createSession.did.missing"}`, 200, true)
	d.walk("GET", "/scenarios", "", 200, true)
	d.walk("POST", "/scenarios", `{"defect":"output.createSession.did.mising"}`, 404, false)
	for _, bad := range []string{`{"status":200}`, `{"times":-1,"status":500}`, `{"statuss":500}`, `{"drop":"never"}`, `{"body":"pdf"}`, `{"delay":"soon"}`, `{"headers":{"X":[]}}`} {
		d.walk("POST", "/scenarios", bad, 400, true)
	}
	d.walk("DELETE", "/scenarios/2", "", 200, true)
	d.walk("DELETE", "/scenarios/2", "", 404, false)
	d.walk("DELETE", "/scenarios", "", 200, true)
	d.walk("PUT", "/answers", `{"answers":[{"method":"app.bsky.actor.getProfile","account":"alice.test","params":{"limit":3},"status":200,`+
		`"headers":{"X-A":"b"},"json":{"did":"{{.DID}}"},"public":true},{"method":"a.b.c","input":{"a":[1]},"text":"x","unchecked":true}]}`, 200, true)
	d.walk("GET", "/answers", "", 200, true)
	d.walk("PUT", "/answers", `{"answers":[{"method":"com.atproto.server.getSession"}]}`, 400, false)
	for _, bad := range []string{`{}`, `{"answers":[{"status":200}]}`, `{"answers":[{"method":"a.b.c","status":100}]}`, `{"answers":[{"method":"a.b.c","state":1}]}`} {
		d.walk("PUT", "/answers", bad, 400, true)
	}
	d.walk("DELETE", "/mail", "", 200, true)
	d.walk("POST", "/reset", "", 200, true)

	if diff := cmp.Diff(d.operations(), slices.Sorted(maps.Keys(d.walked))); diff != "" {
		t.Errorf("described and walked differ: %s", diff)
	}
}

// TestControlServesWhatIsDescribed compares the document with what the server
// says that it serves, and the server with that.
func TestControlServesWhatIsDescribed(t *testing.T) {
	t.Parallel()
	d := describe(t, start(t))
	var served []string
	for _, verb := range d.steer("GET", "/info", "").ok().list("verbs") {
		served = append(served, verb.(string))
	}
	if diff := cmp.Diff(d.operations(), served); diff != "" {
		t.Fatalf("described and served differ: %s", diff)
	}
	for _, operation := range served {
		verb, path, _ := strings.Cut(operation, " ")
		path = strings.NewReplacer("{did}", "did:plc:nobody", "{id}", "9", "{code}", "x").Replace(path)
		for _, other := range []string{"GET", "POST", "PUT", "DELETE", "PATCH"} {
			a := d.sendTo(d.server.ControlURL, other, path, nil)
			_, described := d.document.Paths.Value(strings.TrimPrefix(operation, verb+" ")).Operations()[other]
			if (a.status != http.StatusMethodNotAllowed) != described {
				t.Errorf("%s %s is %d, described: %t", other, path, a.status, described)
			}
		}
		for _, below := range []string{"", "/xrpc"} {
			if a := d.send(verb, below+path, nil); a.status != 404 {
				t.Errorf("%s %s%s on the XRPC listener is %d %s", verb, below, path, a.status, a.body)
			}
		}
	}
	file, err := os.ReadFile("control.openapi.yaml")
	if a := d.steer("GET", "/openapi.yaml", "").ok(); err != nil || !bytes.Equal(a.body, file) || a.header.Get("Content-Type") != "application/yaml" {
		t.Errorf("the document that is served is another: %v", err)
	}
}
