package mockserver_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/pdsconform/pdsconform/mockserver"
	"github.com/pdsconform/pdsconform/mockserver/files"
)

// profiles is a small document set of another family.
func profiles() fstest.MapFS {
	return fstest.MapFS{
		"getProfile.json": {Data: []byte(`{"lexicon":1,"id":"com.example.getProfile","defs":{
			"main":{"type":"query","parameters":{"type":"params","required":["actor"],"properties":{
				"actor":{"type":"string","format":"at-identifier"},"limit":{"type":"integer","minimum":1,"maximum":100,"default":50},"cursor":{"type":"string"}}},
				"output":{"encoding":"application/json","schema":{"type":"ref","ref":"#profile"}}},
			"profile":{"type":"object","required":["did","handle"],"nullable":["pinned"],"properties":{
				"did":{"type":"string","format":"did"},"handle":{"type":"string","format":"handle"},
				"displayName":{"type":"string","maxLength":12,"maxGraphemes":10},"description":{"type":"string","minLength":40},
				"avatar":{"type":"blob","accept":["image/*"],"maxSize":3},"pinned":{"type":"cid-link"},"key":{"type":"bytes","minLength":9},
				"createdAt":{"type":"string","format":"datetime"},"count":{"type":"integer","minimum":-5,"maximum":-3},"uri":{"type":"string","format":"at-uri"},
				"status":{"type":"string","knownValues":["busy","free"]},"muted":{"type":"boolean"},"cursor":{"type":"string"},"anything":{"type":"unknown"},
				"friends":{"type":"array","minLength":2,"items":{"type":"ref","ref":"#friend"}},"best":{"type":"union","refs":["#profile","#friend"]}}},
			"friend":{"type":"object","required":["of"],"properties":{"of":{"type":"string","format":"tid"},"friends":{"type":"array","items":{"type":"ref","ref":"#friend"}}}}}}`)},
		"post.json": {Data: []byte(`{"lexicon":1,"id":"com.example.post","defs":{"main":{"type":"procedure",
			"input":{"encoding":"application/json","schema":{"type":"object","required":["text"],"properties":{"text":{"type":"string","maxLength":5}}}},
			"output":{"encoding":"application/json","schema":{"type":"object","required":["uri"],"properties":{"uri":{"type":"string","format":"at-uri"}}}}}}}`)},
		"getArchive.json": {Data: []byte(`{"lexicon":1,"id":"com.example.getArchive","defs":{"main":{"type":"query","output":{"encoding":"application/vnd.ipld.car"}}}}`)},
		"touch.json":      {Data: []byte(`{"lexicon":1,"id":"com.example.touch","defs":{"main":{"type":"procedure"}}}`)},
	}
}

func (c *client) xrpc(verb, path, bearer, input string) answer {
	c.Helper()
	headers := authorization(bearer)
	if input != "" {
		headers = append(headers, "Content-Type", "application/json")
	}
	return c.send(verb, "/xrpc/"+path, strings.NewReader(input), headers...)
}

func (c *client) setAnswers(given ...mockserver.Answer) {
	c.Helper()
	if err := c.server.SetAnswers(given...); err != nil {
		c.Fatal(err)
	}
}

// TestAnswers gives answers for methods of which the mock knows nothing.
func TestAnswers(t *testing.T) {
	t.Parallel()
	c := start(t, mockserver.Options{Seed: 1})
	alice, bob := c.signUp("alice"), c.signUp("bob")
	c.setAnswers(
		mockserver.Answer{Method: "app.bsky.actor.getProfile", Account: "bob.test", Status: 400, JSON: object{"error": "AccountTakedown", "message": "gone"}},
		mockserver.Answer{Method: "app.bsky.actor.getProfile", Params: object{"actor": "carol.test", "limit": 3}, JSON: object{"handle": "carol.test"}},
		mockserver.Answer{Method: "app.bsky.actor.getProfile", JSON: object{
			"did": "{{.DID}}", "handle": "{{.Handle}}", "email": "{{.Email}}", "asked": "{{.Params.actor}}", "at": "{{.Now}}", "more": []string{"{{.Params.none}}", "plain"},
			"limit": "{{json .Params.limit}}", "labels": []any{}, "count": 3,
		}, Headers: map[string]string{"X-Labels": "none"}},
		mockserver.Answer{Method: "com.example.say", Input: object{"text": "hi"}, Text: "You said {{.Input.text}} <&>", Status: 201},
		mockserver.Answer{Method: "com.example.say", Public: true, Headers: map[string]string{"Content-Type": "text/html"}, Text: "<p>"},
	)
	a := c.xrpc("GET", "app.bsky.actor.getProfile?actor=x%22%7D&limit=7", alice.access, "").ok()
	want := object{
		"did": alice.did, "handle": "alice.test", "email": "alice@example.com", "asked": `x"}`, "at": a.text("at"),
		"more": []any{"", "plain"}, "limit": "7", "labels": []any{}, "count": 3.0,
	}
	if at, err := time.Parse("2006-01-02T15:04:05.000Z", a.text("at")); err != nil || c.server.Now().Sub(at) > time.Hour {
		t.Errorf("the time is %v, %v", at, err)
	}
	if got, _ := json.Marshal(a.object()); string(got) != marshal(t, want) || a.header.Get("X-Labels") != "none" || a.header.Get("X-Pdsconform-Answered-By") != "answer" {
		t.Errorf("answer is %s %v", a.body, a.header)
	}
	if a := c.xrpc("GET", "app.bsky.actor.getProfile?actor=carol.test&limit=3", alice.access, "").ok(); a.text("handle") != "carol.test" || a.text("did") != "" {
		t.Errorf("answer is %s", a.body)
	}
	c.xrpc("GET", "app.bsky.actor.getProfile?actor=carol.test&limit=3", bob.access, "").is(400, "AccountTakedown", "gone")
	c.xrpc("GET", "app.bsky.actor.getProfile", "", "").is(401, "AuthenticationRequired", "")
	c.xrpc("GET", "app.bsky.actor.getProfile", "wrong", "").is(400, "InvalidToken", "")
	if a := c.xrpc("POST", "com.example.say", alice.access, `{"text":"hi","more":1}`); a.status != 201 || string(a.body) != "You said hi <&>" || a.header.Get("Content-Type") != "text/plain; charset=utf-8" {
		t.Errorf("answer is %d %s", a.status, a.body)
	}
	if a := c.xrpc("POST", "com.example.say", "", `{"text":"ho"}`).ok(); a.header.Get("Content-Type") != "text/html" {
		t.Errorf("answer is %s", a.header)
	}
	c.xrpc("GET", "app.bsky.actor.getPreferences", alice.access, "").is(501, "MethodNotImplemented", "")
	requests := c.server.Requests()
	if last := requests[len(requests)-3]; last.NSID != "com.example.say" || last.Account != alice.did || !strings.Contains(string(last.Body), "hi") {
		t.Errorf("the log says %+v", last)
	}
	c.server.Reset()
	if left := c.server.Answers(); len(left) != 0 {
		t.Errorf("after a reset there are %v", left)
	}
}

func marshal(t *testing.T, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestAnswersOverride puts one in the place of what the mock serves.
func TestAnswersOverride(t *testing.T) {
	t.Parallel()
	c := start(t, mockserver.Options{Answers: []mockserver.Answer{
		{Method: "com.atproto.server.getSession", Override: true, Account: "alice.test", JSON: object{"did": "{{.DID}}", "handle": "other.test"}},
		{Method: "com.atproto.identity.resolveHandle", Override: true, JSON: object{"did": "did:web:other.example"}},
	}})
	alice, bob := c.signUp("alice"), c.signUp("bob")
	if a := c.get("getSession", alice.access).ok(); a.text("handle") != "other.test" || a.text("did") != alice.did {
		t.Errorf("answer is %s", a.body)
	}
	if a := c.get("getSession", bob.access).ok(); a.text("handle") != "bob.test" {
		t.Errorf("answer is %s", a.body)
	}
	c.get("getSession", "").is(401, "AuthenticationRequired", "")
	if a := c.xrpc("GET", "com.atproto.identity.resolveHandle?handle=a.test", "", "").ok(); a.text("did") != "did:web:other.example" {
		t.Errorf("answer is %s", a.body)
	}
}

// TestAnswersRefused gives answers that are no good; none of them counts.
func TestAnswersRefused(t *testing.T) {
	t.Parallel()
	server := mockserver.RunT(t, mockserver.Options{Lexicons: lexiconFolders(profiles())})
	good := mockserver.Answer{Method: "com.example.getProfile", JSON: object{"did": "{{.DID}}", "handle": "{{.Handle}}", "description": "{{.Params.actor}} has a profile of a sufficient length."}}
	for want, bad := range map[string]mockserver.Answer{
		`answers[1].method: "getProfile" is not a valid NSID`:                 {Method: "getProfile"},
		`answers[1].status: 199 is not between 200 and 599`:                   {Method: "a.b.c", Status: 199},
		`answers[1].text: there is json as well`:                              {Method: "a.b.c", JSON: 1, Text: "a"},
		`answers[1].headers: "a b" is no name of a header`:                    {Method: "a.b.c", Headers: map[string]string{"a b": ""}},
		`answers[1].headers: content-length is the server's to set`:           {Method: "a.b.c", Headers: map[string]string{"content-length": "1"}},
		`answers[1].json/a/0: 1: function "nothing" not defined`:              {Method: "a.b.c", JSON: object{"a": []string{"{{nothing}}"}}},
		`answers[1].text: range, define, block and template are not for`:      {Method: "a.b.c", Text: "{{if .DID}}{{range 99}}{{end}}{{end}}"},
		`answers[1].method: com.atproto.server.getSession is served by the m`: {Method: "com.atproto.server.getSession"},
		`answers[1].method: com.atproto.identity.resolveHandle is served by`:  {Method: "com.atproto.identity.resolveHandle"},
		`json/handle must be a string by com/example/getProfile.json#/defs/main/output/schema; say unchecked`: {
			Method: "com.example.getProfile", JSON: object{"did": "{{.DID}}", "handle": 1}},
		`json must have the property "did" by`:                   {Method: "com.example.getProfile", JSON: object{}},
		`json/did must be a valid did`:                           {Method: "com.example.getProfile", JSON: object{"did": "{{.Handle}}", "handle": "a.test"}},
		`json/error must be the name of an error`:                {Method: "com.example.getProfile", Status: 500, JSON: object{"message": "no"}},
		`json: the media type is "text/plain`:                    {Method: "com.example.getProfile", Text: "hi"},
		`json: com/example/touch.json#/defs/main`:                {Method: "com.example.touch", Text: "hi"},
		`json/did: the answer has more than`:                     {Method: "com.example.getProfile", JSON: object{"did": strings.Repeat(`{{printf "%0999999d" 1}}`, 5)}},
		`json/did: 1:2: executing "answer" at <index .DID 9999>`: {Method: "com.example.getProfile", JSON: object{"did": "{{index .DID 9999}}"}},
	} {
		if err := server.SetAnswers(good, bad); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %s", bad, err, want)
		}
	}
	if left := server.Answers(); len(left) != 0 {
		t.Errorf("the server has %v", left)
	}
	if err := server.SetAnswers(good, mockserver.Answer{Method: "com.example.getProfile", Unchecked: true, JSON: object{"did": 1}}); err != nil {
		t.Error(err)
	}
}

// TestAnswerThatNoLongerFits is filled with what a client sent.
func TestAnswerThatNoLongerFits(t *testing.T) {
	t.Parallel()
	c := start(t, mockserver.Options{Lexicons: lexiconFolders(profiles()), Answers: []mockserver.Answer{
		{Method: "com.example.getProfile", JSON: object{"did": "{{.Params.actor}}", "handle": "{{.Handle}}"}},
		{Method: "com.example.post", Input: object{"text": "hi"}, JSON: object{"uri": "at://{{.DID}}"}},
	}})
	alice := c.signUp("alice")
	if a := c.xrpc("GET", "com.example.getProfile?actor="+alice.did, alice.access, "").ok(); a.text("did") != alice.did {
		t.Errorf("answer is %s", a.body)
	}
	c.xrpc("GET", "com.example.getProfile?actor=alice.test", alice.access, "").is(500, "InternalServerError",
		"The answer for com.example.getProfile: json/did must be a valid did by com/example/getProfile.json#/defs/main/output/schema; say unchecked: true if that is meant")
	c.xrpc("GET", "com.example.getProfile", alice.access, "").is(400, "InvalidRequest", `Error: Params must have the property "actor"`)
	c.xrpc("POST", "com.example.post", alice.access, `{"text":"too long"}`).is(400, "InvalidRequest", "Input/text must not be longer than 5 bytes")
	if a := c.xrpc("POST", "com.example.post", alice.access, `{"text":"hi"}`).ok(); a.text("uri") != "at://"+alice.did {
		t.Errorf("answer is %s", a.body)
	}
	if a := c.xrpc("POST", "com.example.post", alice.access, `{"text":"ho"}`).ok(); a.header.Get("X-Pdsconform-Answered-By") != "example" {
		t.Errorf("answer is %v %s", a.header, a.body)
	}
}

// TestReadAnswers names what is no good in a file.
func TestReadAnswers(t *testing.T) {
	t.Parallel()
	read, err := files.ReadAnswers("a.yaml", []byte("answers:\n  - method: app.bsky.actor.getProfile\n    params: {limit: 3}\n    json: {did: '{{.DID}}', n: 1}\n"))
	if err != nil || len(read) != 1 || marshal(t, read[0]) != `{"method":"app.bsky.actor.getProfile","params":{"limit":3},"json":{"did":"{{.DID}}","n":1}}` {
		t.Errorf("read %s, %v", marshal(t, read), err)
	}
	for text, want := range map[string]string{
		"answer: []":                        "a.yaml: answer is no key of the file, the only one is answers",
		"answers: 1":                        "a.yaml: answers must be a list, as in {answers: [{method: app.bsky.actor.getProfile",
		"answers: [1]":                      "a.yaml: answers[0] must be a mapping",
		"answers: [{methd: a}]":             "a.yaml: answers[0].methd is no field of an answer, did you mean \"method\"?",
		"answers: [{method: a, status: b}]": "a.yaml: answers[0].status must not be a string",
		"answers: [":                        "a.yaml: ",
	} {
		if _, err := files.ReadAnswers("a.yaml", []byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

// TestScenariosOfFurtherMethods fail calls that answers would answer.
func TestScenariosOfFurtherMethods(t *testing.T) {
	t.Parallel()
	c := start(t, mockserver.Options{
		Answers: []mockserver.Answer{{Method: "app.bsky.actor.getProfile", JSON: object{}}},
		Scenarios: []mockserver.Scenario{
			{Method: "app.bsky.actor.getProfile", Account: "alice.test", Times: 1, Status: http.StatusBadGateway},
			{Method: "app.bsky.actor.getProfile", Account: "alice.test", Times: 1, Status: http.StatusServiceUnavailable, Body: mockserver.BodyText},
		},
	})
	alice, bob := c.signUp("alice"), c.signUp("bob")
	c.xrpc("GET", "app.bsky.actor.getProfile", bob.access, "").ok()
	c.xrpc("GET", "app.bsky.actor.getProfile", alice.access, "").is(502, "UpstreamFailure", "")
	if a := c.xrpc("GET", "app.bsky.actor.getProfile", alice.access, ""); a.status != 503 || a.header.Get("Content-Type") != "text/plain; charset=utf-8" || string(a.body) != "Service Unavailable\n" {
		t.Errorf("answer is %d %s %v", a.status, a.body, a.header)
	}
	c.xrpc("GET", "app.bsky.actor.getProfile", alice.access, "").ok()
	if _, err := c.server.AddScenario(mockserver.Scenario{Method: "com.atproto.server.getSesion", Status: 500}); err == nil || !strings.Contains(err.Error(), "did you mean") {
		t.Errorf("a mistyped method is taken: %v", err)
	}
}
