package check

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

func answer(status int, body string) xrpc.Exchange {
	return xrpc.Exchange{Status: status, Body: []byte(body)}
}

var (
	ok       = answer(200, `{"did":"did:plc:x","n":1,"list":["a"],"nothing":null}`)
	empty    = answer(200, "")
	moved    = answer(302, "")
	invalid  = answer(400, `{"error":"InvalidRequest","message":"it is not"}`)
	denied   = answer(401, `{"error":"AuthMissing"}`)
	limited  = answer(429, `{"error":"RateLimitExceeded"}`)
	nameless = answer(400, `<p>no</p>`)
	broken   = answer(500, `{"error":"InternalServerError"}`)
	late     = answer(502, ``)
	none     = xrpc.Exchange{Err: errors.New("the server closed the connection")}
	half     = xrpc.Exchange{Status: 200, Body: []byte(`{"did":"did:plc:x"}`), Err: errors.New("the answer broke off")}
	cut      = xrpc.Exchange{Status: 401, Body: []byte(`{"error":"AuthMissing"}`), Err: errors.New("the answer broke off")}
)

func exchanges() map[string]xrpc.Exchange {
	return map[string]xrpc.Exchange{
		"ok": ok, "empty": empty, "moved": moved, "invalid": invalid, "denied": denied, "limited": limited,
		"nameless": nameless, "broken": broken, "late": late, "none": none, "half": half, "cut": cut,
	}
}

// TestChecks holds every check against every kind of answer.
func TestChecks(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		check    Check
		expected string
		holds    string // the names of exchanges for which it does
	}{
		"Succeeds":           {Succeeds(), "success (2xx)", "ok empty"},
		"Refused":            {Refused(), "a refusal (4xx)", "invalid denied limited nameless"},
		"NotServed":          {NotServed(), "an error, not success", "invalid denied limited nameless broken late"},
		"StatusIs":           {StatusIs(400), "status 400", "invalid nameless"},
		"StatusIs of two":    {StatusIs(401, 302), "status 401 or 302", "denied moved"},
		"StatusIs 200":       {StatusIs(200), "status 200", "ok empty"},
		"ErrorNamed":         {ErrorNamed("InvalidRequest"), "a refusal (4xx) named InvalidRequest", "invalid"},
		"ErrorNamed of two":  {ErrorNamed("AuthMissing", "InvalidRequest"), "a refusal (4xx) named AuthMissing or InvalidRequest", "invalid denied"},
		"ErrorNamed in 5xx":  {ErrorNamed("InternalServerError"), "a refusal (4xx) named InternalServerError", ""},
		"ErrorNamed by case": {ErrorNamed("invalidRequest"), "a refusal (4xx) named invalidRequest", ""},
		"RefusedWith":        {RefusedWith(401, "AuthMissing"), "401 AuthMissing", "denied"},
		"RefusedWith of two": {RefusedWith(401, "InvalidToken", "AuthMissing"), "401 InvalidToken or AuthMissing", "denied"},
		"RefusedWith status": {RefusedWith(400, "AuthMissing"), "400 AuthMissing", ""},
		"RefusedWith name":   {RefusedWith(401, "InvalidRequest"), "401 InvalidRequest", ""},
		"RefusedWith 5xx":    {RefusedWith(500, "InternalServerError"), "500 InternalServerError", "broken"},
	} {
		for kind, exchange := range exchanges() {
			err := test.check(exchange)
			want := strings.Contains(" "+test.holds+" ", " "+kind+" ")
			if (err == nil) != want {
				t.Errorf("%s of %s: %v, want it to hold: %t", name, kind, err, want)
				continue
			}
			var mismatch *Mismatch
			if err != nil && (!errors.As(err, &mismatch) || mismatch.Expected != test.expected || mismatch.Actual != Answer(exchange)) {
				t.Errorf("%s of %s: %v", name, kind, err)
			}
		}
	}
}

func TestMember(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		exchange     xrpc.Exchange
		member, want string
	}{
		"equal":       {ok, "did", ""},
		"different":   {answer(200, `{"did":"did:plc:y"}`), "did", `expected did to be "did:plc:x", got did is "did:plc:y"`},
		"letter case": {answer(200, `{"did":"DID:plc:x"}`), "did", `expected did to be "did:plc:x", got did is "DID:plc:x"`},
		"absent":      {ok, "handle", `expected handle to be "did:plc:x", got handle is absent`},
		"null":        {ok, "nothing", `expected nothing to be "did:plc:x", got nothing is null`},
		"number":      {ok, "n", `expected n to be "did:plc:x", got n is 1`},
		"list":        {ok, "list", `expected list to be "did:plc:x", got list is ["a"]`},
		"object":      {answer(200, `{"did":{"a":true}}`), "did", `expected did to be "did:plc:x", got did is {"a":true}`},
		"no object":   {answer(200, `["did:plc:x"]`), "did", `expected did to be "did:plc:x", got did is absent`},
		"no JSON":     {empty, "did", `expected did to be "did:plc:x", got did is absent`},
		"refusal":     {invalid, "error", `expected success (2xx), got 400 InvalidRequest "it is not"`},
		"broken off":  {half, "did", `expected success (2xx), got no answer: the answer broke off`},
	} {
		got := ""
		if err := Member(test.member, "did:plc:x")(test.exchange); err != nil {
			got = err.Error()
		}
		if got != test.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, test.want)
		}
	}
}

func TestAnswer(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("ä", 201)
	for want, exchange := range map[string]xrpc.Exchange{
		`200`:                            ok,
		`204`:                            answer(204, ""),
		`302 without an error name`:      moved,
		`400 InvalidRequest "it is not"`: invalid,
		`401 AuthMissing`:                denied,
		`400 without an error name`:      nameless,
		`502 without an error name`:      late,
		`500 InternalServerError`:        broken,
		`no answer: the server closed the connection`: none,
		`no answer: the answer broke off`:             half,
		`200 Odd`:                                     answer(200, `{"error":"Odd"}`),
		`400 `:                                        answer(400, `{"error":""}`),
		`403 Odd`:                                     answer(403, `{"error":"Odd","message":5}`),
		`404 without an error name`:                   answer(404, `{"error":404,"message":"x"}`),
		`405 Odd`:                                     answer(405, `{"error":"Odd","message":""}`),
		`406 Odd "a \"b\"\n\x00"`:                     answer(406, `{"error":"Odd","message":"a \"b\"\n\u0000"}`),
		`407 Odd "` + strings.Repeat("ä", 200) + `…"`:  answer(407, `{"error":"Odd","message":"`+long+`"}`),
		`409 Odd "` + strings.Repeat("ä", 200) + `"`:   answer(409, `{"error":"Odd","message":"`+strings.Repeat("ä", 200)+`"}`),
		`411 without an error name`:                    answer(411, `{"error":"Odd"} and more`),
		`410 Odd "` + strings.Repeat("🦊", 200) + "…\"": answer(410, `{"error":"Odd","message":"`+strings.Repeat("🦊", 300)+`"}`),
	} {
		if got := Answer(exchange); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestValue(t *testing.T) {
	t.Parallel()
	decoded, err := answer(200, `[null,"a \"b\"",1.50,true,[],{"b":"<&>","a":2},"`+strings.Repeat("x", 300)+`",[`+strings.Repeat("1,", 300)+`1]]`).JSON()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, value := range decoded.([]any) {
		got = append(got, Value(value))
	}
	want := []string{"null", `"a \"b\""`, "1.50", "true", "[]", `{"a":2,"b":"<&>"}`, `"` + strings.Repeat("x", 200) + `…"`,
		"[" + strings.Repeat("1,", 99) + "1…"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestMismatchIsOneLine(t *testing.T) {
	t.Parallel()
	err := ErrorNamed("InvalidToken")(answer(400, `{"error":"Odd","message":"two\nlines"}`))
	if got, want := err.Error(), `expected a refusal (4xx) named InvalidToken, got 400 Odd "two\nlines"`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
