package mockserver_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"github.com/pdsconform/pdsconform/mockserver"
)

// Whoever gives the control server what it can't use is told which member it is,
// in words of the protocol and not of a programming language.
func TestControlNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	c := start(t)
	for _, test := range []struct{ verb, path, body, want string }{
		{"PATCH", "/settings", `{"rateLimits":["x"]}`, `rateLimits: "x" is not NUMBER/DURATION`},
		{"PATCH", "/settings", `{"minPasswordLength":"x"}`, "minPasswordLength must not be a string"},
		{"PATCH", "/settings", `{"minPasswordLength":1.5}`, "minPasswordLength must not be a number"},
		{"POST", "/accounts", `{"handle":"a.test","email":"a@example.com","password":123}`, "password must not be a number, but a text: put it in quotes"},
		{"POST", "/accounts", `{"handle":"a.test","email":"a@example.com","password":true}`, "password must not be a boolean, but a text: put it in quotes"},
		{"POST", "/accounts", `{"handle":["a.test"]}`, "handle must not be an array"},
		{"POST", "/clock", `{"advance":"9999999h"}`, "of 1752000h0m0s at most"},
		{"PUT", "/defects", `{"active":["zzz"]}`, "pdsconform mock defects lists them"},
	} {
		answer := c.steer(test.verb, test.path, test.body)
		if message := answer.text("message"); answer.status/100 != 4 || !strings.Contains(message, test.want) || strings.Contains(message, "json:") || strings.Contains(message, "Go ") {
			t.Errorf("%s %s: %d %q lacks %q", test.path, test.body, answer.status, message, test.want)
		}
	}
}

// A body that is far too large is read to its end, so that its sender sees why
// it is refused, and doesn't find the connection gone.
func TestControlAnswersTooLargeABody(t *testing.T) {
	t.Parallel()
	c := start(t)
	body := `{"handle":"` + strings.Repeat("x", 3<<20) + `"}`
	for range 5 {
		c.steer("POST", "/accounts", body).is(413, "PayloadTooLarge", "")
	}
}

// What calls itself JSON and is none is refused for a method that is known by an
// answer alone, as a real server would, unless the answer is for that.
func TestAnswersNeedJSON(t *testing.T) {
	t.Parallel()
	c := start(t)
	alice := c.signUp("alice")
	c.setAnswers(mockserver.Answer{Method: "app.bsky.feed.like", JSON: object{"ok": true}})
	c.xrpc("POST", "app.bsky.feed.like", alice.access, `{"uri":`).is(400, "InvalidRequest", "")
	c.xrpc("POST", "app.bsky.feed.like", alice.access, `{"uri":"at://a"}`).ok()
	c.xrpc("POST", "app.bsky.feed.like", alice.access, "").ok() // no body, and no Content-Type
	c.send("POST", "/xrpc/app.bsky.feed.like", strings.NewReader("raw"), append(authorization(alice.access), "Content-Type", "image/png")...).ok()
	c.setAnswers(mockserver.Answer{Method: "app.bsky.feed.like", JSON: object{"ok": true}, Unchecked: true})
	c.xrpc("POST", "app.bsky.feed.like", alice.access, `{"uri":`).ok()
}

// A scenario whose method has a letter too many would never happen, and nobody
// would know why.
func TestMistypedScenariosAreDoubted(t *testing.T) {
	t.Parallel()
	for method, meant := range map[string]string{
		"com.atproto.repo.createRecrod": "com.atproto.repo.createRecord",
		"app.bsky.actor.getPorfile":     "app.bsky.actor.getProfile",
		"app.bsky.actor.getProfile":     "",
		"app.bsky.actor.getProfiles":    "", // there is such a method
		"com.example.other":             "",
		"getSession":                    "",
		"com.atproto.repo.createRecord": "",
	} {
		var log bytes.Buffer
		mockserver.RunT(t, mockserver.Options{
			Logger:    slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelWarn})),
			Answers:   []mockserver.Answer{{Method: "app.bsky.actor.getProfile", JSON: object{"did": "did:web:a.test"}}},
			Scenarios: []mockserver.Scenario{{Method: method, Status: 502}},
		})
		if said := log.String(); (said != "") != (meant != "") || !strings.Contains(said, "meant="+meant) && meant != "" {
			t.Errorf("%s: %s", method, said)
		}
	}
}
