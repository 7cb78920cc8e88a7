package mockserver_test

import (
	"bufio"
	"net"
	"net/http"
	"strings"
	"testing"
)

const (
	queryPath     = "/xrpc/com.atproto.server.describeServer"
	procedurePath = "/xrpc/com.atproto.server.createSession"
)

func TestRouting(t *testing.T) {
	t.Parallel()
	c := start(t)
	for _, row := range []struct {
		verb, path string
		status     int
		name       string
		message    string
	}{
		{"GET", procedurePath, 400, "InvalidRequest", "Incorrect HTTP method (GET) expected POST"},
		{"PUT", procedurePath, 400, "InvalidRequest", "Incorrect HTTP method (PUT) expected POST"},
		{"PATCH", procedurePath, 400, "InvalidRequest", "Incorrect HTTP method (PATCH) expected POST"},
		{"DELETE", procedurePath, 400, "InvalidRequest", "Incorrect HTTP method (DELETE) expected POST"},
		{"POST", queryPath, 400, "InvalidRequest", "Incorrect HTTP method (POST) expected GET"},
		{"PUT", queryPath, 400, "InvalidRequest", "Incorrect HTTP method (PUT) expected GET"},
		{"GET", "/xrpc/com.atproto.server.createAppPassword", 400, "InvalidRequest", ""}, // before any credentials
		{"GET", "/xrpc/com.example.unknown", 501, "MethodNotImplemented", "Method Not Implemented"},
		{"POST", "/xrpc/com.example.unknown", 501, "MethodNotImplemented", ""},
		{"DELETE", "/xrpc/com.example.unknown", 501, "MethodNotImplemented", ""},
		{"GET", "/xrpc/foo", 501, "MethodNotImplemented", ""},
		{"GET", "/xrpc/com.atproto.server.defs", 501, "MethodNotImplemented", ""},
		{"GET", strings.ToLower(queryPath), 501, "MethodNotImplemented", ""},
		{"GET", queryPath + "/", 404, "NotFound", ""},
		{"GET", "/xrpc", 404, "NotFound", ""},
		{"GET", "/xrpc/", 404, "NotFound", ""},
		{"GET", "/nope", 404, "NotFound", ""},
		{"POST", "/", 404, "NotFound", ""},
		{"GET", queryPath + "/x", 404, "NotFound", ""},
		{"GET", "/xrpc//com.atproto.server.describeServer", 404, "NotFound", ""},
		{"GET", queryPath + "%23frag", 404, "NotFound", ""},
		{"GET", "/XRPC/com.atproto.server.describeServer", 404, "NotFound", ""},
	} {
		t.Run(row.verb+" "+row.path, func(t *testing.T) {
			t.Parallel()
			a := newClient(t, c.server).send(row.verb, row.path, nil)
			a.is(row.status, row.name, row.message)
			if a.header.Get("Access-Control-Allow-Origin") != "*" {
				t.Error("error without Access-Control-Allow-Origin")
			}
		})
	}
}

func TestHead(t *testing.T) {
	t.Parallel()
	c := start(t)
	for path, status := range map[string]int{
		queryPath:                             200,
		"/xrpc/com.atproto.server.getSession": 401,
		"/xrpc/com.example.unknown":           501,
		procedurePath:                         400,
	} {
		if a := c.send(http.MethodHead, path, nil); a.status != status || len(a.body) != 0 {
			t.Errorf("HEAD %s is %d with %d bytes, want %d", path, a.status, len(a.body), status)
		}
	}
}

func TestOptions(t *testing.T) {
	t.Parallel()
	c := start(t)
	for _, path := range []string{queryPath, procedurePath, "/nope", "/xrpc/com.example.unknown", "/"} {
		a := c.send(http.MethodOptions, path, nil, "Access-Control-Request-Headers", "authorization,x-other")
		if a.status != http.StatusNoContent || len(a.body) != 0 {
			t.Errorf("OPTIONS %s is %d with %d bytes", path, a.status, len(a.body))
		}
		for name, want := range map[string]string{
			"Access-Control-Allow-Origin":  "*",
			"Access-Control-Allow-Methods": "GET,HEAD,PUT,PATCH,POST,DELETE",
			"Access-Control-Allow-Headers": "authorization,x-other",
		} {
			if got := a.header.Get(name); got != want {
				t.Errorf("OPTIONS %s: %s is %q, want %q", path, name, got, want)
			}
		}
	}
	if a := c.send(http.MethodOptions, queryPath, nil); a.header.Get("Access-Control-Allow-Headers") != "" {
		t.Error("headers allowed that nobody asked for")
	}
}

func TestAcceptIsIgnored(t *testing.T) {
	t.Parallel()
	c := start(t)
	a := c.send(http.MethodGet, queryPath, nil, "Accept", "text/html").ok()
	if got := a.header.Get("Content-Type"); got != "application/json; charset=utf-8" {
		t.Errorf("Content-Type is %q", got)
	}
	c.send(http.MethodGet, "/nope", nil, "Accept", "text/html").is(404, "NotFound", "")
}

func TestEmptyOutput(t *testing.T) {
	t.Parallel()
	c := start(t)
	a := c.post("requestPasswordReset", "", object{"email": "nobody@example.com"}).ok()
	if len(a.body) != 0 || a.header.Get("Content-Length") != "0" || a.header.Values("Content-Type") != nil {
		t.Errorf("answer without output is %q, %v", a.body, a.header)
	}
}

// TestNotHTTP sends what net/http answers itself: it has to look as every other
// error does.
func TestNotHTTP(t *testing.T) {
	t.Parallel()
	c := start(t)
	for name, row := range map[string]struct {
		request string
		status  int
		error   string
	}{
		"percent escape":    {"GET /xrpc/%zz HTTP/1.1\r\nHost: a\r\n\r\n", 400, "InvalidRequest"},
		"no host":           {"GET / HTTP/1.1\r\n\r\n", 400, "InvalidRequest"},
		"garbage":           {"\x16\x03\x01\x02\r\n\r\n", 400, "InvalidRequest"},
		"transfer encoding": {"POST " + procedurePath + " HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: odd\r\n\r\n", 400, "InvalidRequest"},
		"expectation":       {"POST " + procedurePath + " HTTP/1.1\r\nHost: a\r\nExpect: coffee\r\nContent-Length: 2\r\n\r\n{}", 417, "InvalidRequest"},
		"version":           {"GET / HTTP/3.0\r\nHost: a\r\n\r\n", 505, "InvalidRequest"},
		"long header":       {"GET / HTTP/1.1\r\nHost: a\r\nX: " + strings.Repeat("x", 64<<10) + "\r\n\r\n", 431, "PayloadTooLarge"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			raw(t, c.server.URL, row.request).is(row.status, row.error, "")
		})
	}
}

// raw sends bytes and reads the answer to them.
func raw(t *testing.T, base, request string) answer {
	t.Helper()
	return exchange(t, base, request, false)
}

// half is raw for a request that ends too early.
func half(t *testing.T, base, request string) answer {
	t.Helper()
	return exchange(t, base, request, true)
}

func exchange(t *testing.T, base, request string, hangUp bool) answer {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(base, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.Write([]byte(request)); err != nil {
		t.Fatal(err)
	}
	if hangUp {
		_ = conn.(*net.TCPConn).CloseWrite()
	}
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	return read(t, response)
}

func TestBesidesTheLexicon(t *testing.T) {
	t.Parallel()
	c := start(t)
	s := c.signUp("alice")
	if a := c.send("GET", "/", nil).ok(); !strings.HasPrefix(a.header.Get("Content-Type"), "text/plain") || len(a.body) == 0 {
		t.Errorf("banner is %q", a.body)
	}
	if c.send("GET", "/xrpc/_health", nil).ok().text("version") == "" {
		t.Error("health has no version")
	}
	const resolve = "/xrpc/com.atproto.identity.resolveHandle"
	if got := c.send("GET", resolve+"?handle=Alice.test", nil).ok().text("did"); got != s.did {
		t.Errorf("handle resolves to %q", got)
	}
	c.send("GET", resolve, nil).is(400, "InvalidRequest", "")
	c.send("GET", resolve+"?handle=no%20handle", nil).is(400, "InvalidRequest", "")
	c.send("GET", resolve+"?handle=nobody.test", nil).is(400, "InvalidRequest", "Unable to resolve handle")
	c.send("POST", resolve, nil).is(400, "InvalidRequest", "")
	if got := string(c.send("GET", "/.well-known/atproto-did", nil, "Host", "Alice.test:2583").ok().body); got != s.did {
		t.Errorf("well-known did is %q", got)
	}
	c.send("GET", "/.well-known/atproto-did", nil, "Host", "nobody.test").is(404, "NotFound", "")
	c.send("GET", "/did:plc:aaaaaaaaaaaaaaaaaaaaaaaa", nil).is(404, "NotFound", "")
	c.send("POST", "/"+s.did, nil).is(400, "InvalidRequest", "")

	document := c.send("GET", "/"+s.did, nil).ok().object()
	if document["id"] != s.did || document["alsoKnownAs"].([]any)[0] != "at://alice.test" {
		t.Errorf("did document is %v", document)
	}
	service := document["service"].([]any)[0].(object)
	if service["serviceEndpoint"] != c.server.URL || service["type"] != "AtprotoPersonalDataServer" {
		t.Errorf("service is %v", service)
	}
	key := document["verificationMethod"].([]any)[0].(object)
	if key["publicKeyMultibase"].(string)[0] != 'z' {
		t.Errorf("key is %v", key)
	}
}
