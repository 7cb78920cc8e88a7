package mockserver_test

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"io"
	"net/http"
	"strings"
	"testing"
)

const resetPath = "/xrpc/com.atproto.server.requestPasswordReset"

func TestInputBody(t *testing.T) {
	t.Parallel()
	const good = `{"email":"a@example.com"}`
	c := start(t)
	for name, row := range map[string]struct {
		body    string
		headers []string
		status  int
		message string // of an InvalidRequest, or "" where any will do
	}{
		"no body":                   {"", []string{"Content-Type", "application/json"}, 400, "A request body is expected but none was provided"},
		"no body, no type":          {"", nil, 400, "A request body is expected but none was provided"},
		"no content type":           {good, nil, 400, "Request encoding (Content-Type) required but not provided"},
		"content type unparsable":   {good, []string{"Content-Type", "???"}, 400, "Request encoding (Content-Type) required but not provided"},
		"text":                      {good, []string{"Content-Type", "text/plain"}, 400, "Wrong request encoding (Content-Type): text/plain"},
		"form":                      {"email=a", []string{"Content-Type", "application/x-www-form-urlencoded"}, 400, ""},
		"octets":                    {good, []string{"Content-Type", "application/octet-stream"}, 400, ""},
		"json of another kind":      {good, []string{"Content-Type", "application/ld+json"}, 400, "Wrong request encoding (Content-Type): application/ld+json"},
		"capitals":                  {good, []string{"Content-Type", "APPLICATION/JSON"}, 200, ""},
		"charset":                   {good, []string{"Content-Type", "application/json; charset=utf-8"}, 200, ""},
		"charset in capitals":       {good, []string{"Content-Type", "application/json;charset=UTF-8"}, 200, ""},
		"other charset":             {good, []string{"Content-Type", "application/json; charset=iso-8859-1"}, 415, ""},
		"odd parameter":             {good, []string{"Content-Type", "application/json; x"}, 200, ""},
		"byte order mark":           {"\ufeff" + good, jsonBody(), 200, ""},
		"duplicate key, last wins":  {`{"email":7,"email":"a@example.com"}`, jsonBody(), 200, ""},
		"duplicate key, last loses": {`{"email":"a@example.com","email":7}`, jsonBody(), 400, "Input/email must be a string"},
		"invalid UTF-8":             {"{\"email\":\"\xff\"}", jsonBody(), 200, ""},
		"top-level string":          {`"x"`, jsonBody(), 400, ""},
		"top-level number":          {`1`, jsonBody(), 400, ""},
		"top-level null":            {`null`, jsonBody(), 400, ""},
		"top-level array":           {`[]`, jsonBody(), 400, `Input must have the property "email"`},
		"malformed":                 {`{"email":`, jsonBody(), 400, ""},
		"trailing garbage":          {good + "x", jsonBody(), 400, ""},
		"second value":              {good + good, jsonBody(), 400, ""},
		"whitespace only":           {"  \n", jsonBody(), 400, ""},
		"deep nesting":              {`{"email":` + strings.Repeat("[", 50_000), jsonBody(), 400, ""},
		"deep but well-formed":      {`{"email":"a","x":` + strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000) + "}", jsonBody(), 400, ""},
		"unknown members":           {`{"email":"a@example.com","$type":"x","more":{"a":[1]}}`, jsonBody(), 200, ""},
		"absent":                    {`{}`, jsonBody(), 400, `Input must have the property "email"`},
		"null":                      {`{"email":null}`, jsonBody(), 400, "Input/email must be a string"},
		"number":                    {`{"email":1}`, jsonBody(), 400, "Input/email must be a string"},
		"content encoding unknown":  {good, append(jsonBody(), "Content-Encoding", "br"), 415, ""},
		"content encoding identity": {good, append(jsonBody(), "Content-Encoding", "identity"), 200, ""},
		"no gzip":                   {good, append(jsonBody(), "Content-Encoding", "gzip"), 400, ""},
		"half a gzip":               {gzipped(good)[:20], append(jsonBody(), "Content-Encoding", "gzip"), 400, ""},
		"gzip":                      {gzipped(good), append(jsonBody(), "Content-Encoding", "gzip"), 200, ""},
		"deflate":                   {deflated(good), append(jsonBody(), "Content-Encoding", "deflate"), 200, ""},
		"no deflate":                {good, append(jsonBody(), "Content-Encoding", "deflate"), 400, ""},
		"largest":                   {padded(100 << 10), jsonBody(), 200, ""},
		"largest in gzip":           {gzipped(padded(100 << 10)), append(jsonBody(), "Content-Encoding", "gzip"), 200, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newClient(t, c.server).send(http.MethodPost, resetPath, bodyOf(row.body), row.headers...)
			if row.status == 200 {
				a.ok()
				return
			}
			a.is(row.status, "InvalidRequest", row.message)
		})
	}
}

func jsonBody() []string { return []string{"Content-Type", "application/json"} }

func bodyOf(text string) io.Reader {
	if text == "" {
		return nil
	}
	return strings.NewReader(text)
}

func gzipped(text string) string {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, _ = io.WriteString(w, text)
	_ = w.Close()
	return packed.String()
}

func deflated(text string) string {
	var packed bytes.Buffer
	w := zlib.NewWriter(&packed)
	_, _ = io.WriteString(w, text)
	_ = w.Close()
	return packed.String()
}

// padded is a good input of that many bytes.
func padded(size int) string {
	const frame = `{"email":"a@example.com","x":""}`
	return strings.Replace(frame, `""`, `"`+strings.Repeat("x", size-len(frame))+`"`, 1)
}

func TestTooLarge(t *testing.T) {
	t.Parallel()
	c := start(t)
	const over = 100<<10 + 1
	for name, row := range map[string]struct {
		body    io.Reader
		headers []string
	}{
		"with a length":       {strings.NewReader(padded(over)), jsonBody()},
		"in chunks":           {io.MultiReader(strings.NewReader(padded(over))), jsonBody()},
		"after decompression": {strings.NewReader(gzipped(padded(over))), append(jsonBody(), "Content-Encoding", "gzip")},
		"a bomb":              {strings.NewReader(gzipped(padded(2 << 20))), append(jsonBody(), "Content-Encoding", "gzip")},
		"no JSON":             {strings.NewReader(strings.Repeat("x", over)), []string{"Content-Type", "text/plain"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			newClient(t, c.server).send(http.MethodPost, resetPath, row.body, row.headers...).is(413, "PayloadTooLarge", "")
		})
	}
}

func TestChunks(t *testing.T) {
	t.Parallel()
	c := start(t)
	c.send(http.MethodPost, resetPath, io.MultiReader(strings.NewReader(`{"email":"a"}`)), jsonBody()...).ok()
	const empty = "POST /xrpc/com.atproto.server.%s HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n%s\r\n0\r\n\r\n"
	raw(t, c.server.URL, strings.NewReplacer("%s", "requestPasswordReset").Replace(empty)).is(400, "InvalidRequest", "")
	s := c.signUp("alice")
	request := strings.Replace(empty, "%s", "refreshSession", 1)
	request = strings.Replace(request, "%s", "Authorization: Bearer "+s.refresh+"\r\n", 1)
	raw(t, c.server.URL, request).is(400, "InvalidRequest", "A request body was provided when none was expected")
	cut := "POST " + resetPath + " HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{}"
	half(t, c.server.URL, cut).is(400, "InvalidRequest", "")
}

func TestUnexpectedBody(t *testing.T) {
	t.Parallel()
	c := start(t)
	s := c.signUp("alice")
	const message = "A request body was provided when none was expected"
	c.post("deleteSession", s.refresh, object{}).is(400, "InvalidRequest", message)
	c.post("refreshSession", s.refresh, object{}).is(400, "InvalidRequest", message)
	c.post("requestAccountDelete", s.access, object{}).is(400, "InvalidRequest", message)
	c.send("GET", queryPath, strings.NewReader("{"), jsonBody()...).is(400, "InvalidRequest", message)
	c.send("GET", "/xrpc/com.atproto.server.getSession", strings.NewReader("x"), authorization(s.access)...).is(400, "InvalidRequest", message)
	c.send("POST", "/xrpc/com.atproto.server.refreshSession", strings.NewReader("{"),
		append(authorization(s.refresh), jsonBody()...)...).is(400, "InvalidRequest", "")
	c.send("POST", "/xrpc/com.atproto.server.refreshSession", nil, append(authorization(s.refresh), jsonBody()...)...).ok()
}

// TestOrderOfChecks breaks two things at once: the earlier step answers.
func TestOrderOfChecks(t *testing.T) {
	t.Parallel()
	c := start(t)
	malformed := func() io.Reader { return strings.NewReader("{") }
	const path = "/xrpc/com.atproto.server."
	c.send("GET", path+"createAppPassword", malformed()).is(400, "InvalidRequest", "Incorrect HTTP method (GET) expected POST")
	c.send("POST", path+"createAppPassword", malformed(), jsonBody()...).is(401, "AuthenticationRequired", "")
	c.send("POST", path+"refreshSession", malformed(), append(authorization("junk"), jsonBody()...)...).is(400, "InvalidToken", "")
	c.send("GET", path+"getSession", malformed()).is(401, "AuthenticationRequired", "")
	c.send("POST", path+"createInviteCode", malformed(), jsonBody()...).is(401, "AuthenticationRequired", "")
	c.post("deleteSession", "", object{}).is(400, "InvalidRequest", "A request body was provided when none was expected")
	c.post("createSession", "", object{"identifier": 1}).is(400, "InvalidRequest", "Input/identifier must be a string")
}

// TestAuthorizationIsIgnored sends junk to the endpoints without an auth step.
func TestAuthorizationIsIgnored(t *testing.T) {
	t.Parallel()
	c := start(t)
	s := c.signUp("alice")
	for _, header := range []string{"Bearer junk", "junk", "Basic junk", "Bearer " + s.refresh} {
		headers := append(jsonBody(), "Authorization", header)
		path := func(name string) string { return "/xrpc/com.atproto.server." + name }
		c.send("GET", path("describeServer"), nil, "Authorization", header).ok()
		c.send("POST", path("createSession"), strings.NewReader(`{"identifier":"alice.test","password":"`+s.password+`"}`), headers...).ok()
		c.send("POST", path("createAccount"), strings.NewReader(`{"handle":"alice.test","email":"a@b.c","password":"12345678"}`), headers...).
			is(400, "HandleNotAvailable", "")
		c.send("POST", path("requestPasswordReset"), strings.NewReader(`{"email":"x"}`), headers...).ok()
		c.send("POST", path("resetPassword"), strings.NewReader(`{"token":"x","password":"12345678"}`), headers...).is(400, "InvalidToken", "")
		c.send("POST", path("deleteAccount"), strings.NewReader(`{"did":"did:plc:x","password":"","token":""}`), headers...).
			is(401, "AuthenticationRequired", "")
	}
}

func TestSchemaMessages(t *testing.T) {
	t.Parallel()
	c := start(t)
	for _, row := range []struct {
		method  string
		input   object
		message string
	}{
		{"createAccount", object{}, `Input must have the property "email"`},
		{"createAccount", object{"email": nil}, "Input/email must be a string"},
		{"createAccount", object{"email": "a", "handle": "no handle"}, "Input/handle must be a valid handle"},
		{"createAccount", object{"email": "a", "handle": "a.test"}, `Input must have the property "password"`},
		{"createAccount", object{"email": "a", "handle": "a.test", "inviteCode": nil, "password": "x"}, "Input/inviteCode must be a string"},
		{"deleteAccount", object{"did": "admin", "password": "", "token": ""}, "Input/did must be a valid did"},
		{"deleteAccount", object{"did": "did:plc:", "password": "", "token": ""}, "Input/did must be a valid did"},
	} {
		c.post(row.method, "", row.input).is(400, "InvalidRequest", row.message)
	}
	for _, row := range []struct {
		method  string
		input   object
		message string
	}{
		{"createInviteCodes", object{}, `Input must have the property "useCount"`},
		{"createInviteCodes", object{"useCount": "1"}, "Input/useCount must be an integer"},
		{"createInviteCodes", object{"useCount": 1.5}, "Input/useCount must be an integer"},
		{"createInviteCodes", object{"useCount": nil}, "Input/useCount must be an integer"},
		{"createInviteCodes", object{"useCount": 1, "forAccounts": "did:web:a"}, "Input/forAccounts must be an array"},
		{"createInviteCodes", object{"useCount": 1, "forAccounts": []any{"did:web:a", "admin"}}, "Input/forAccounts/1 must be a valid did"},
		{"createInviteCode", object{"useCount": 1, "forAccount": "admin"}, "Input/forAccount must be a valid did"},
	} {
		c.admin(row.method, row.input).is(400, "InvalidRequest", row.message)
	}
	for _, text := range []string{"1.0", "1e2", "9223372036854775807", "0", "-3", "1E+1"} {
		a := c.send("POST", "/xrpc/com.atproto.server.createInviteCode", strings.NewReader(`{"useCount":`+text+`}`),
			append(jsonBody(), "Authorization", basic("admin:admin-pass"))...).ok()
		if a.text("code") == "" {
			t.Errorf("useCount %s makes no code", text)
		}
	}
}
