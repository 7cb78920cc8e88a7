package mockserver_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"
)

const fullBody = 100 << 10

// bombs are inputs of the largest size that is read, made to cost much.
func bombs() map[string]string {
	fill := func(head, unit, tail string) string {
		return head + strings.Repeat(unit, (fullBody-len(head)-len(tail))/len(unit)) + tail
	}
	return map[string]string{
		"open arrays":      strings.Repeat("[", fullBody),
		"open objects":     fill("", `{"a":`, ""),
		"closed arrays":    `{"email":` + strings.Repeat("[", fullBody/2-10) + strings.Repeat("]", fullBody/2-10) + "}",
		"long number":      fill(`{"email":"a","x":`, "9", "}"),
		"long exponent":    fill(`{"email":"a","x":1e`, "9", "}"),
		"long fraction":    fill(`{"email":"a","x":0.`, "0", "1}"),
		"one member often": fill(`{"email":"a"`, `,"x":1`, "}"),
		"escapes":          fill(`{"email":"`, `\u0000`, `"}`),
		"lone surrogates":  fill(`{"email":"`, `\ud800`, `"}`),
		"bytes":            fill(`{"email":"`, "\xff", `"}`),
		"commas":           fill(`{"email":[`, ",", "]}"),
		"whitespace":       fill("", " ", `{"email":"a"}`),
		"quotes":           fill("", `"`, ""),
		"NUL":              strings.Repeat("\x00", fullBody),
	}
}

// TestBombs sends each to a method that takes it apart, and then to each field
// that something beyond JSON reads.
func TestBombs(t *testing.T) {
	t.Parallel()
	c := start(t)
	for name, body := range bombs() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newClient(t, c.server).send(http.MethodPost, resetPath, strings.NewReader(body), jsonBody()...)
			if a.status != http.StatusOK && (a.status != http.StatusBadRequest || a.text("error") != "InvalidRequest") {
				t.Errorf("answer is %d %.200s", a.status, a.body)
			}
		})
	}
	long := strings.NewReader(`{"useCount":` + strings.Repeat("9", fullBody-20) + "}")
	c.send(http.MethodPost, "/xrpc/com.atproto.server.createInviteCode", long, append(jsonBody(), "Authorization", basic("admin:admin-pass"))...).is(400, "InvalidRequest", "")
	isBadField(t, c.steer("POST", "/accounts", strings.Repeat("[", 60_000)), 400, "body")
	isBadField(t, c.steer("POST", "/accounts", strings.Repeat(`{"a":`, 12_000)), 400, "body")
	for name, unit := range map[string]string{
		"nested comments": "(", "open quotes": `"`, "open angles": "<", "brackets": "a@[", "escapes": `\"`, "dots": "a.",
		"encoded words": "=?utf-8?q?=41?=", "commas": "a@b,", "NUL": "\x00", "colons": "did:a:", "percents": "%41", "line ends": "\r\n", "at signs": "@",
	} {
		t.Run("field of "+name, func(t *testing.T) {
			t.Parallel()
			text, _ := json.Marshal(unit)
			long, each := strings.Repeat(unit, 90_000/len(text)), newClient(t, c.server)
			each.post("createAccount", "", object{"handle": "long.test", "email": long, "password": "12345678"}).is(400, "InvalidRequest", "")
			each.post("createAccount", "", object{"handle": long, "email": "a@example.com", "password": "12345678"}).is(400, "InvalidRequest", "")
			each.post("createAccount", "", object{
				"handle": "long.test", "email": "a@example.com", "password": "12345678", "recoveryKey": "did:key:" + long}).is(400, "InvalidRequest", "")
			each.post("createSession", "", object{"identifier": long, "password": "x"}).is(401, "AuthenticationRequired", "")
			each.post("createSession", "", object{"identifier": "long.test", "password": long}).is(401, "AuthenticationRequired", "")
			each.post("resetPassword", "", object{"token": long, "password": "12345678"}).is(400, "InvalidToken", "")
			each.post("deleteAccount", "", object{"did": "did:" + long, "password": "", "token": ""}).is(400, "InvalidRequest", "")
		})
	}
}

// TestCompressedBodies is about the two bounds: of what comes, and of what
// comes out of it.
func TestCompressedBodies(t *testing.T) {
	t.Parallel()
	c := start(t)
	stored := func(size int) string { // longer compressed than plain
		var packed bytes.Buffer
		w, _ := gzip.NewWriterLevel(&packed, gzip.NoCompression)
		_, _ = io.WriteString(w, padded(size))
		_ = w.Close()
		return packed.String()
	}
	headers := append(jsonBody(), "Content-Encoding", "gzip")
	manyEmpty := strings.Repeat(gzipped(""), fullBody/len(gzipped(""))+1) // nothing comes out, however much comes
	for name, row := range map[string]struct {
		body   string
		status int
	}{
		"stored":                {stored(fullBody - 100), 200},
		"stored, too long":      {stored(fullBody), 413},
		"one over, plain":       {gzipped(padded(fullBody + 1)), 413},
		"two members":           {gzipped(`{"email":`) + gzipped(`"a"}`), 200},
		"empty members":         {manyEmpty, 413},
		"a thousand to one":     {gzipped(strings.Repeat(" ", 2<<20)), 413},
		"bomb within a bomb":    {gzipped(gzipped(strings.Repeat(" ", 2<<20))), 400},
		"garbage at its end":    {gzipped(`{"email":"a"}`) + "garbage", 400},
		"wrong sum":             {strings.ReplaceAll(gzipped(`{"email":"a"}`), gzipped(`{"email":"a"}`)[len(gzipped(`{"email":"a"}`))-8:], "12345678"), 400},
		"nothing in it":         {gzipped(""), 400},
		"compressed two times":  {gzipped(gzipped(`{"email":"a"}`)), 400},
		"a name without an end": {"\x1f\x8b\x08\x08\x00\x00\x00\x00\x00\x00" + strings.Repeat("x", 50_000), 400},
	} {
		for framing, body := range map[string]io.Reader{
			"with a length": strings.NewReader(row.body), "in chunks": io.MultiReader(strings.NewReader(row.body)),
		} {
			t.Run(name+" "+framing, func(t *testing.T) {
				t.Parallel()
				a := newClient(t, c.server).send(http.MethodPost, resetPath, body, headers...)
				if a.status != row.status {
					t.Errorf("answer is %d %s, want %d", a.status, a.body, row.status)
				}
			})
		}
	}
}

// TestOddHeads sends what is odd before any body.
func TestOddHeads(t *testing.T) {
	t.Parallel()
	c := start(t)
	s := c.signUp("alice")
	const server = "/xrpc/com.atproto.server."
	for name, row := range map[string]struct {
		request string
		status  int
		error   string
	}{
		"long query":              {"GET " + queryPath + "?" + strings.Repeat("x", 30_000) + " HTTP/1.1\r\nHost: a\r\n\r\n", 200, ""},
		"many parameters":         {"GET " + server + "getAccountInviteCodes?" + strings.Repeat("includeUsed&", 2_400) + " HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + s.access + "\r\n\r\n", 200, ""},
		"many lists":              {"GET " + server + "getAccountInviteCodes?" + strings.Repeat("a[[]=&", 4_500) + " HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + s.access + "\r\n\r\n", 200, ""},
		"query beyond the limit":  {"GET " + queryPath + "?" + strings.Repeat("x", 64<<10) + " HTTP/1.1\r\nHost: a\r\n\r\n", 431, "PayloadTooLarge"},
		"many headers":            {"GET / HTTP/1.1\r\nHost: a\r\n" + strings.Repeat("A: b\r\n", 20_000) + "\r\n", 431, "PayloadTooLarge"},
		"chunks on a query":       {"GET " + queryPath + " HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, "InvalidRequest"},
		"line ends in the path":   {"GET /a%0d%0aX-Injected:%20b HTTP/1.1\r\nHost: a\r\n\r\n", 404, "NotFound"},
		"line ends in an NSID":    {"GET /xrpc/a%0d%0aX-Injected:%20b HTTP/1.1\r\nHost: a\r\n\r\n", 501, "MethodNotImplemented"},
		"no UTF-8 in the path":    {"GET /%ff%00%22 HTTP/1.1\r\nHost: a\r\n\r\n", 404, "NotFound"},
		"quotes in the host":      {"GET /.well-known/atproto-did HTTP/1.1\r\nHost: \"<a>\r\n\r\n", 400, "InvalidRequest"},
		"verb of our making":      {"BREW " + queryPath + " HTTP/1.1\r\nHost: a\r\n\r\n", 400, "InvalidRequest"},
		"trace":                   {"TRACE " + queryPath + " HTTP/1.1\r\nHost: a\r\n\r\n", 400, "InvalidRequest"},
		"connect":                 {"CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", 404, "NotFound"},
		"options of the server":   {"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 204, ""},
		"two lengths":             {"POST " + resetPath + " HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}", 400, "InvalidRequest"},
		"negative length":         {"POST " + resetPath + " HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400, "InvalidRequest"},
		"length and chunks":       {"POST " + resetPath + " HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, "InvalidRequest"},
		"bad chunk":               {"POST " + resetPath + " HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400, "InvalidRequest"},
		"length beyond any":       {"POST " + resetPath + " HTTP/1.1\r\nHost: a\r\nContent-Length: 9223372036854775807\r\n\r\n", 413, "PayloadTooLarge"},
		"length that is no count": {"POST " + resetPath + " HTTP/1.1\r\nHost: a\r\nContent-Length: 9223372036854775808\r\n\r\n", 400, "InvalidRequest"},
		"deep claims":             {"GET " + server + "getSession HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer e30." + strings.Repeat("W1tb", 7_000) + ".x\r\n\r\n", 400, "InvalidToken"},
		"long token":              {"GET " + server + "getSession HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + strings.Repeat(".", 30_000) + "\r\n\r\n", 400, "InvalidToken"},
		"HTTP 1.0":                {"GET " + queryPath + " HTTP/1.0\r\n\r\n", 200, ""},
		"address as the path":     {"GET http://a" + queryPath + " HTTP/1.1\r\nHost: a\r\n\r\n", 200, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := raw(t, c.server.URL, row.request)
			if a.status != row.status || a.text("error") != row.error || !utf8.Valid(a.body) {
				t.Errorf("answer is %d %q, want %d %s", a.status, a.body, row.status, row.error)
			}
			if a.header.Get("X-Injected") != "" || a.header.Get("Access-Control-Allow-Origin") != "*" {
				t.Errorf("header is %v", a.header)
			}
			if len(a.body) > 0 && !json.Valid(a.body) {
				t.Errorf("answer is no JSON: %q", a.body)
			}
		})
	}
}

// TestOddStrings goes through everything that stores a text and tells it again.
func TestOddStrings(t *testing.T) {
	t.Parallel()
	c := start(t)
	s := c.signUp("alice")
	for name, odd := range map[string]string{
		"NUL": "a\x00b", "line ends": "a\r\nX-Injected: b", "no UTF-8": "a\xffb", "surrogate": "\xed\xa0\x80", "quotes": `"\"`,
		"markup": "<script>&amp;", "controls": "\x01\x1f\x7f\u2028\u2029", "reversed": "\u202eabc", "joined": "e\u0301",
	} {
		body, _ := json.Marshal(object{"name": odd})
		if !utf8.ValidString(odd) { // as it is, where Marshal would mend it
			body = []byte(`{"name":"` + odd + `"}`)
		}
		want := strings.ToValidUTF8(odd, "\ufffd")
		if name == "surrogate" {
			want = "\ufffd\ufffd\ufffd"
		}
		headers := append(authorization(s.access), jsonBody()...)
		path := "/xrpc/com.atproto.server.createAppPassword"
		if got := c.send(http.MethodPost, path, bytes.NewReader(body), headers...).ok(); got.text("name") != want {
			t.Errorf("%s: the name comes back as %q, want %q", name, got.text("name"), want)
		}
		again := c.send(http.MethodPost, path, bytes.NewReader(body), headers...)
		again.is(400, "InvalidRequest", "")
		if !utf8.Valid(again.body) || again.header.Get("X-Injected") != "" {
			t.Errorf("%s: refusal is %q with %v", name, again.body, again.header)
		}
		c.post("createAccount", "", object{"handle": "odd.test", "email": "a@example.com\r\nBcc: " + odd, "password": "12345678"}).is(400, "InvalidRequest", "")
		c.post("createSession", "", object{"identifier": odd, "password": odd}).is(401, "AuthenticationRequired", "")
		c.post("requestPasswordReset", "", object{"email": odd}).ok()
	}
	if log := c.steer("GET", "/requests", "").ok(); !json.Valid(log.body) || !utf8.Valid(log.body) {
		t.Errorf("log is %q", log.body)
	}
	if list := c.get("listAppPasswords", s.access).ok(); len(list.list("passwords")) != 9 || !utf8.Valid(list.body) {
		t.Errorf("list is %q", list.body)
	}
}

func TestPasswordsAreBytes(t *testing.T) {
	t.Parallel()
	c := start(t)
	c.post("createAccount", "", object{"handle": "nul-1.test", "email": "a@example.com", "password": "12345678\x00"}).ok()
	c.logIn("nul-1.test", "12345678\x00").ok()
	c.logIn("nul-1.test", "12345678").is(401, "AuthenticationRequired", "")
	c.post("createAccount", "", object{"handle": "joined.test", "email": "b@example.com", "password": "passwort-\u00e9"}).ok()
	c.logIn("joined.test", "passwort-e\u0301").is(401, "AuthenticationRequired", "") // the same to the eye
}
