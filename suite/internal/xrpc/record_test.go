package xrpc

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/pdsconform/pdsconform/reports"
)

const base = "https://pds.example"

func TestRecord(t *testing.T) {
	t.Parallel()
	secrets := NewSecrets()
	secrets.Add("typed-password", "password")
	exchange := Exchange{
		Request: Procedure("com.example.do", map[string]any{"password": "typed-password", "a": 1}).WithBearer("a.b.c").
			WithParameter("q", "typed-password").WithHeader("X-One", "typed-password"),
		Status:   http.StatusBadRequest,
		Header:   http.Header{"Content-Type": {"application/json"}, "X-Echo": {"is typed-password", "x"}},
		Body:     []byte(`{"error":"InvalidRequest","message":"typed-password is wrong"}`),
		Duration: 1500 * time.Millisecond,
	}
	want := reports.Exchange{
		Request: reports.Request{Method: "POST", URL: base + "/xrpc/com.example.do?q=[password]", Body: `{"a":1,"password":"[password]"}`,
			Headers: map[string][]string{"Content-Type": {"application/json"}, "Authorization": {"Bearer [credential]"}, "X-One": {"[password]"}}},
		Response: reports.Response{Status: 400, DurationMs: 1500, Body: `{"error":"InvalidRequest","message":"[password] is wrong"}`,
			Headers: map[string][]string{"Content-Type": {"application/json"}, "X-Echo": {"is [password]", "x"}}},
		Curl: `curl -i -X POST -H 'Authorization: Bearer [credential]' -H 'Content-Type: application/json' -H 'X-One: [password]'` +
			` --data-raw '{"a":1,"password":"[password]"}' 'https://pds.example/xrpc/com.example.do?q=[password]'`,
	}
	if diff := cmp.Diff(want, secrets.Record(base, exchange)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestRecordOfNoAnswer(t *testing.T) {
	t.Parallel()
	recorded := NewSecrets().Record(base, Exchange{Request: Query("com.example.get", nil), Err: errors.New("connection refused")})
	want := reports.Exchange{
		Request:  reports.Request{Method: "GET", URL: base + "/xrpc/com.example.get", Headers: map[string][]string{}},
		Response: reports.Response{Headers: map[string][]string{}, Error: "connection refused"},
		Curl:     `curl -i 'https://pds.example/xrpc/com.example.get'`,
	}
	if diff := cmp.Diff(want, recorded); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Credentials are hidden where no secret is known, too.
func TestCredentialsAreMasked(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{
		"Bearer x":                     "Bearer [credential]",
		"Bearer eyJhbGciOi":            "Bearer [credential]",
		"Basic " + "YWRtaW46YWRtaW4=":  "Basic [credential]",
		"Bearer ":                      "Bearer [credential]",
		"DPoP one two":                 "DPoP [credential]",
		"garbage":                      "garbage",
		"Bearer well-known-token":      "Bearer [access token]",
		"Bearer well-known-token.more": "Bearer [access token].more",
		"well-known-token":             "[access token]",
		"Bearer [access token] ":       "Bearer [access token] ",
		"bearer  two-spaces":           "bearer [credential]",
		"":                             "",
	} {
		secrets := NewSecrets()
		secrets.Add("well-known-token", "access token")
		recorded := secrets.Record(base, Exchange{Request: Query("com.example.get", nil).WithAuthorization(value)})
		got := strings.Join(recorded.Request.Headers["Authorization"], "|")
		if got != want {
			t.Errorf("%q is recorded as %q, want %q", value, got, want)
		}
	}
}

// TestMembersAreMasked has bodies whose secrets are known by their members'
// names alone.
func TestMembersAreMasked(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"password":"abc"}`:   `{"password":"[password]"}`,
		`{"token":"A1B2C"}`:    `{"token":"[mailed code]"}`,
		`{"accessJwt":"a"}`:    `{"accessJwt":"[access token]"}`,
		`{"refreshJwt":"a"}`:   `{"refreshJwt":"[refresh token]"}`,
		`{"password":""}`:      `{"password":""}`,
		`{"password":5}`:       `{"password":5}`,
		`{ "handle" : "abc" }`: `{ "handle" : "abc" }`,
		`{"a":[{"b":{"token":"x","n":9007199254740993}}],"c":"<&>"}`: `{"a":[{"b":{"n":9007199254740993,"token":"[mailed code]"}}],"c":"<&>"}`,
		`[{"password":"x"},{"password":{"password":"y"}}]`:           `[{"password":"[password]"},{"password":{"password":"[password]"}}]`,
		`{"password":["x"]}`:                               `{"password":["x"]}`,
		`{"token":"abc"} and more`:                         `{"token":"[mailed code]"}` + "\n and more",
		`{"token":"abc"}{"token":"def"}`:                   `{"token":"[mailed code]"}` + "\n" + `{"token":"[mailed code]"}`,
		`{"accessJwt":"eyJ.a.b","refreshJwt" : "eyJ`:       `{"accessJwt":"[access token]","refreshJwt":"[refresh token]"`,
		`{"password":"a\"b\\","x":1,}`:                     `{"password":"[password]","x":1,}`,
		`{"did":"x","token":"abc"`:                         `{"did":"x","token":"[mailed code]"`,
		`<p>"password" is wrong</p>`:                       `<p>"password" is wrong</p>`,
		`<script>x = {"token": "abc"}</script>`:            `<script>x = {"token":"[mailed code]"}</script>`,
		`a body of text`:                                   `a body of text`,
		`identifier=alice&password=secret-word`:            `identifier=alice&password=[password]`,
		`{"message":"secret-word stands here","password":`: `{"message":"[password] stands here","password":`,
	} {
		secrets := NewSecrets()
		secrets.Add("secret-word", "password")
		recorded := secrets.Record(base, Exchange{
			Request: ProcedureWithoutInput("com.example.do").WithRaw([]byte(body), "text/plain"), Status: 200, Body: []byte(body)})
		if got := recorded.Response.Body; got != want {
			t.Errorf("%s\n got %s\nwant %s", body, got, want)
		}
		if recorded.Request.Body != recorded.Response.Body || !strings.Contains(recorded.Curl, quote(want)) {
			t.Errorf("%s: the request shows %s, curl %s", body, recorded.Request.Body, recorded.Curl)
		}
	}
}

// TestLongBodiesAreCut moves runes of each width across the border.
func TestLongBodiesAreCut(t *testing.T) {
	t.Parallel()
	for _, letter := range []string{"a", "ä", "テ", "🦊"} {
		for shift := range 5 {
			body := strings.Repeat("x", shift) + strings.Repeat(letter, maxRecorded+1)
			got := NewSecrets().Record(base, Exchange{Status: 200, Body: []byte(body)}).Response.Body
			kept, tail, found := strings.Cut(got, "… (")
			if !utf8.ValidString(got) || !found || !strings.HasPrefix(body, kept) {
				t.Fatalf("%s %d: cut as %q", letter, shift, got[max(0, len(got)-60):])
			}
			if len(kept) > maxRecorded || len(kept) <= maxRecorded-len(letter) || tail != strconv.Itoa(len(body))+" bytes in all)" {
				t.Errorf("%s %d: %d bytes kept, tail %q", letter, shift, len(kept), tail)
			}
		}
	}
	whole := strings.Repeat("x", maxRecorded)
	if got := NewSecrets().Record(base, Exchange{Body: []byte(whole)}).Response.Body; got != whole {
		t.Errorf("a body of the longest length is cut to %d bytes", len(got))
	}
}

// A secret is replaced before the cut, which would leave a part of it.
func TestSecretsAtTheCut(t *testing.T) {
	t.Parallel()
	secrets := NewSecrets()
	secrets.Add("0123456789-secret", "password")
	for shift := range 40 {
		body := strings.Repeat("x", maxRecorded-shift) + "0123456789-secret" + strings.Repeat("y", 50)
		got := secrets.Record(base, Exchange{Body: []byte(body)}).Response.Body
		if strings.Contains(got, "0123") {
			t.Errorf("%d bytes before the cut: %s", shift, got[len(got)-60:])
		}
	}
	masked := `{"accessJwt":"` + strings.Repeat("e", 3000) + `","x":"` + strings.Repeat("y", 3000) + `"}`
	if got := secrets.Record(base, Exchange{Body: []byte(masked)}).Response.Body; strings.Contains(got, "eee") {
		t.Errorf("got %s", got)
	}
}

func TestInvalidUTF8(t *testing.T) {
	t.Parallel()
	secrets := NewSecrets()
	secrets.Add("secret-word", "password")
	for body, want := range map[string]string{
		"\xff\xfe":                      `"\xff\xfe"`,
		"a\x00b":                        "a\x00b",
		"secret-word \xe4":              `"[password] \xe4"`,
		strings.Repeat("\xff", 2000):    `"` + strings.Repeat(`\xff`, 1023) + `\xf… (2000 bytes in all)`,
		"{\"token\":\"abc\"}\xff":       "\"{\\\"token\\\":\\\"[mailed code]\\\"}\\n\\xff\"",
		"{\"token\":\"abc\",\"x\":\xff": `"{\"token\":\"[mailed code]\",\"x\":\xff"`,
	} {
		got := secrets.Record(base, Exchange{Body: []byte(body)}).Response.Body
		if got != want {
			t.Errorf("%.40q: got %.80q … %q, want %.80q", body, got, got[max(0, len(got)-40):], want)
		}
	}
}

// words splits a command line as a POSIX shell does, as far as single quotes
// and backslashes go. Anything else that means something to a shell is an
// error.
func words(t *testing.T, line string) []string {
	t.Helper()
	var found []string
	var word strings.Builder
	started, quoted := false, false
	for i := 0; i < len(line); i++ {
		switch letter := line[i]; {
		case quoted && letter == '\'':
			quoted = false
		case quoted:
			word.WriteByte(letter)
		case letter == '\'':
			started, quoted = true, true
		case letter == '\\':
			i++
			started = true
			word.WriteByte(line[i])
		case letter == ' ':
			if started {
				found = append(found, word.String())
			}
			word.Reset()
			started = false
		case strings.IndexByte("\"`$&|;<>()*?[]#~=%!{}\n\t\r", letter) >= 0:
			t.Fatalf("%q stands outside of quotation marks in %s", letter, line)
		default:
			started = true
			word.WriteByte(letter)
		}
	}
	if quoted {
		t.Fatalf("a quotation mark is left open in %s", line)
	}
	if started {
		found = append(found, word.String())
	}
	return found
}

// sentByCurl is what curl sends for a command line, as its manual has it.
type sentByCurl struct {
	Verb, URL, Body string
	Header          http.Header
}

func curlSends(t *testing.T, line string) sentByCurl {
	t.Helper()
	sent := sentByCurl{Header: http.Header{}}
	arguments := words(t, line)
	if len(arguments) < 3 || arguments[0] != "curl" || arguments[1] != "-i" {
		t.Fatalf("no command line of curl: %s", line)
	}
	hasBody, ownType := false, false
	next := func(i int) string {
		if i+1 >= len(arguments) {
			t.Fatalf("an option without its value: %s", line)
		}
		return arguments[i+1]
	}
	for i := 2; i < len(arguments); i++ {
		switch arguments[i] {
		case "-X":
			sent.Verb = next(i)
			i++
		case "-H":
			header := next(i)
			i++
			name, value, colon := strings.Cut(header, ":")
			ownType = ownType || strings.EqualFold(name, "Content-Type")
			switch {
			case colon && strings.TrimSpace(value) != "":
				sent.Header.Add(name, strings.TrimPrefix(value, " "))
			case !colon && strings.HasSuffix(name, ";"):
				sent.Header.Add(strings.TrimSuffix(name, ";"), "")
			}
		case "--data-raw":
			sent.Body, hasBody = next(i), true
			i++
		default:
			if strings.HasPrefix(arguments[i], "-") || sent.URL != "" {
				t.Fatalf("unexpected %q in %s", arguments[i], line)
			}
			sent.URL = arguments[i]
		}
	}
	if hasBody && !ownType {
		sent.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if sent.Verb == "" {
		sent.Verb = http.MethodGet
		if hasBody {
			sent.Verb = http.MethodPost
		}
	}
	return sent
}

// TestCurlSendsTheSame reads recorded command lines as a shell and curl do.
func TestCurlSendsTheSame(t *testing.T) {
	t.Parallel()
	raw := func(body, mediaType string) Request {
		return ProcedureWithoutInput("com.example.do").WithRaw([]byte(body), mediaType)
	}
	for name, request := range map[string]Request{
		"query":                {NSID: "com.example.get", Verb: "GET", Query: url.Values{"a": {"it's", "$(id)", "&b=`c`"}}},
		"JSON":                 Procedure("com.example.do", map[string]any{"text": "it's \"quoted\" \\ $HOME `id` \n!! 🦊"}),
		"apostrophes only":     raw("''''", "text/plain"),
		"ends in an escape":    raw(`'\`, "text/plain"),
		"commands":             raw("$(rm -rf /); `id` && x || y > z < w | v # !!", "text/plain"),
		"lines":                raw("a\nb\r\n\tc\n", "text/plain"),
		"looks like a file":    raw("@/etc/passwd", "text/plain"),
		"looks like an option": raw("--upload-file x", "text/plain"),
		"no media type":        raw("x=y", ""),
		"no body":              ProcedureWithoutInput("com.example.do"),
		"another verb":         ProcedureWithoutInput("com.example.do").WithVerb("DELETE"),
		"GET with a body":      Procedure("com.example.do", map[string]any{}).WithVerb("GET"),
		"headers":              Query("com.example.get", nil).WithHeader("X-One", "it's; $x").WithHeader("Accept-Language", "de, *;q=0.5"),
		"empty header":         Query("com.example.get", nil).WithHeader("X-One", ""),
		"array":                raw(`["it's"]`, "application/json; charset=utf-8"),
	} {
		recorded := NewSecrets().Record(base, Exchange{Request: request})
		want := sentByCurl{Verb: request.Verb, URL: base + request.Path(), Body: string(request.Body()), Header: sentHeaders(request)}
		if diff := cmp.Diff(want, curlSends(t, recorded.Curl)); diff != "" {
			t.Errorf("%s: %s\n(-want +got):\n%s", name, recorded.Curl, diff)
		}
	}
}

// Header order is fixed, so that two reports can be compared.
func TestCurlOrderIsDetermined(t *testing.T) {
	t.Parallel()
	request := Query("com.example.get", nil).WithBearer("a.b.c")
	for _, name := range []string{"X-C", "X-A", "X-B", "Accept", "Zz"} {
		request = request.WithHeader(name, "1")
	}
	first := NewSecrets().Record(base, Exchange{Request: request}).Curl
	for range 20 {
		if again := NewSecrets().Record(base, Exchange{Request: request}).Curl; again != first {
			t.Fatalf("%s, then %s", first, again)
		}
	}
}
