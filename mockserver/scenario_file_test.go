package mockserver_test

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pdsconform/pdsconform/mockserver"
	"github.com/pdsconform/pdsconform/mockserver/files"
)

const scenarioFile = `
scenarios:
  - method: refreshSession
    account: alice.test
    skip: 1
    times: 2
    delay: 1.5s
    status: 429
    error: RateLimitExceeded
    message: Slow down
    carryOut: true
    headers: {Retry-After: 3, Via: a proxy}
    body: html
  - defect: output.createSession.did.missing
  - drop: at-once
`

func wantedScenarios() []mockserver.Scenario {
	return []mockserver.Scenario{
		{
			Method: "refreshSession", Account: "alice.test", Skip: 1, Times: 2, Delay: 1500 * time.Millisecond,
			Status: 429, Error: "RateLimitExceeded", Message: "Slow down", CarryOut: true,
			Headers: map[string]string{"Retry-After": "3", "Via": "a proxy"}, Body: mockserver.BodyHTML,
		},
		{Defect: "output.createSession.did.missing"},
		{Drop: mockserver.DropAtOnce},
	}
}

func TestReadScenarios(t *testing.T) {
	t.Parallel()
	read, err := files.ReadScenarios("chaos.yaml", []byte(scenarioFile), nil)
	if diff := cmp.Diff(wantedScenarios(), read); err != nil || diff != "" {
		t.Errorf("read %v: %s", err, diff)
	}
	asJSON, err := json.Marshal(map[string]any{"scenarios": read})
	if err != nil {
		t.Fatal(err)
	}
	again, err := files.ReadScenarios("chaos.json", asJSON, nil)
	if diff := cmp.Diff(read, again); err != nil || diff != "" {
		t.Errorf("read as JSON %v: %s", err, diff)
	}
	if none, err := files.ReadScenarios("none.yaml", []byte("scenarios: []"), nil); err != nil || len(none) != 0 {
		t.Errorf("of none: %v, %v", none, err)
	}
}

// badScenarios are entries that are refused, with the field and the remedy
// that the error has to name.
var badScenarios = [][3]string{
	{`{"method":"refreshSesion","status":500}`, "method", `did you mean "refreshSession"?`},
	{`{"method":"com.example.refreshSession","status":500}`, "method", "is no method of this server"},
	{`{"methd":"refreshSession","status":500}`, "methd", `did you mean "method"?`},
	{`{"account":"alice","status":500}`, "account", "neither a handle nor"},
	{`{"skip":-1,"status":500}`, "skip", "below 0"},
	{`{"times":-1,"status":500}`, "times", "0 is for all"},
	{`{"times":"twice","status":500}`, "times", "must not be"},
	{`{"times":1.5,"status":500}`, "times", "must not be"},
	{`{"delay":"soon"}`, "delay", `"2s"`},
	{`{"delay":2}`, "delay", "must not be"},
	{`{"delay":"-2s"}`, "delay", "between 0 and 1m0s"},
	{`{"delay":"2m"}`, "delay", "between 0 and 1m0s"},
	{`{"status":200}`, "status", "between 300 and 599"},
	{`{"status":600}`, "status", "between 300 and 599"},
	{`{"message":"x","delay":"1s"}`, "message", "status or error"},
	{`{"carryOut":true,"delay":"1s"}`, "carryOut", "status or error"},
	{`{"headers":{"Retry After":"1"}}`, "headers", "no name"},
	{`{"headers":{"X":"1\n2"}}`, "headers", "characters"},
	{`{"headers":{"content-length":"1"}}`, "headers", "the server's to set"},
	{`{"headers":{"X":[]}}`, "headers", "object of strings"},
	{`{"headers":{"X":null}}`, "headers", "object of strings"},
	{`{"headers":"X"}`, "headers", "must not be"},
	{`{"body":"pdf"}`, "body", "empty, truncated, malformed, html, text"},
	{`{"drop":"never"}`, "drop", "at-once, before-answer, after-headers, mid-body"},
	{`{"drop":"at-once","status":500}`, "drop", "no answer"},
	{`{"drop":"before-answer","body":"html"}`, "drop", "no answer"},
	{`{"defect":"output.getSession.did.missing","drop":"at-once"}`, "defect", "not be carried out"},
	{`{"defect":"output.getSession.did.missing","status":500}`, "defect", "not be carried out"},
	{`{"defect":"output.getSession.did.missing","method":"refreshSession"}`, "defect", "getSession"},
	{`{"defect":"output.getSession.did.mising"}`, "defect", `did you mean "output.getSession.did.missing"?`},
	{`{"defect":"behaviour.refreshSession.takedown-forgotten"}`, "defect", "for all requests"},
	{`{"defect":"behaviour.requestPasswordReset.mail-not-sent"}`, "defect", "for all requests"},
	{`{"method":"getSession","times":2}`, "nothing would happen", "delay, status, error"},
	{`{}`, "nothing would happen", "delay, status, error"},
}

func TestReadScenariosRefuses(t *testing.T) {
	t.Parallel()
	for _, bad := range badScenarios {
		text := `{"scenarios":[{"status":500},` + bad[0] + `]}`
		_, err := files.ReadScenarios("chaos.yaml", []byte(text), nil)
		if err == nil || !strings.HasPrefix(err.Error(), "chaos.yaml: scenarios[1]: "+bad[1]) || !strings.Contains(err.Error(), bad[2]) {
			t.Errorf("%s: %v", bad[0], err)
		}
	}
	for text, want := range map[string]string{
		"":                         "scenarios must be a list",
		"[]":                       "scenarios must be a list",
		"scenarios: {status: 500}": "scenarios must be a list",
		"scenarios: [7]":           "scenarios[0] must be a mapping",
		"szenarios: []":            "szenarios is no key",
		"{scenarios: [], more: 1}": "more is no key",
		"scenarios: [":             "[1:12]",
		"scenarios:\n  - {drop: at-once, drop: mid-body}": "[2:21]",
	} {
		_, err := files.ReadScenarios("chaos.yaml", []byte(text), nil)
		if err == nil || !strings.HasPrefix(err.Error(), "chaos.yaml: "+want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestOptionsRefuseScenarios(t *testing.T) {
	t.Parallel()
	_, err := mockserver.New(mockserver.Options{Scenarios: []mockserver.Scenario{{Status: 500}, {Method: "nope", Status: 500}}})
	if err == nil || !strings.Contains(err.Error(), "scenarios[1]: method") {
		t.Errorf("error is %v", err)
	}
}

func TestControlScenarios(t *testing.T) {
	t.Parallel()
	c := start(t)
	for _, scenario := range wantedScenarios() {
		text, err := json.Marshal(scenario)
		if err != nil {
			t.Fatal(err)
		}
		c.steer("POST", "/scenarios", string(text)).ok()
	}
	c.server.ClearScenarios()
	added := c.steer("POST", "/scenarios", `{"method":"describeServer","skip":1,"times":2,"delay":"1ms","status":503,"headers":{"Retry-After":3}}`).ok()
	want := object{
		"id": "4", "method": "describeServer", "skip": 1.0, "times": 2.0, "delay": "1ms", "status": 503.0, "headers": object{"Retry-After": "3"},
		"skipped": 0.0, "applied": 0.0, "spent": false,
	}
	if diff := cmp.Diff(want, added.object()); diff != "" {
		t.Errorf("added: %s", diff)
	}
	for _, status := range []int{200, 503, 503, 200} {
		if a := c.get("describeServer", ""); a.status != status {
			t.Errorf("status is %d, want %d", a.status, status)
		}
	}
	want["skipped"], want["applied"], want["spent"] = 1.0, 2.0, true
	if diff := cmp.Diff([]object{want}, c.steer("GET", "/scenarios", "").ok().array()); diff != "" {
		t.Errorf("listed: %s", diff)
	}
	c.steer("DELETE", "/scenarios/5", "").is(404, "NotFound", "")
	c.steer("DELETE", "/scenarios/4", "").ok()
	c.steer("DELETE", "/scenarios/4", "").is(404, "NotFound", "")
	c.steer("POST", "/scenarios", `{"status":500}`).ok()
	c.steer("DELETE", "/scenarios", "").ok()
	c.get("describeServer", "").ok()
	if left := c.steer("GET", "/scenarios", "").ok(); strings.TrimSpace(string(left.body)) != "[]" {
		t.Errorf("left is %s", left.body)
	}
	for _, bad := range badScenarios {
		status := 400
		if strings.Contains(bad[0], ".mising") {
			status = 404 // there is no such defect
		}
		isBadField(t, c.steer("POST", "/scenarios", bad[0]), status, bad[1])
	}
	isBadField(t, c.steer("POST", "/scenarios", `[]`), 400, "body")
	c.steer("POST", "/scenarios", `null`).is(400, "InvalidRequest", "")
}

// TestReadmeScenarios reads every example of the README.
func TestReadmeScenarios(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, found := strings.Cut(string(text), "\n## Scenarios\n")
	section, _, _ = strings.Cut(section, "\n## ")
	rows := regexp.MustCompile("(?m)^\\|.*\\| `(\\{.*\\})` \\|$").FindAllStringSubmatch(section, -1)
	if !found || len(rows) < 8 {
		t.Fatalf("the README has %d examples", len(rows))
	}
	for _, row := range rows {
		if _, err := files.ReadScenarios("README.md", []byte("scenarios:\n  - "+row[1]), nil); err != nil {
			t.Error(err)
		}
	}
}
