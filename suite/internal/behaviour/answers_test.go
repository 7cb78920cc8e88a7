package behaviour

import (
	"context"
	"github.com/pdsconform/pdsconform/lexicons"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/target"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

func answer(body string) xrpc.Exchange { return xrpc.Exchange{Status: 200, Body: []byte(body)} }

// malformed are bodies in which a list "codes" or "passwords" holds nothing
// that can be used.
var malformed = []string{
	``, `null`, `[]`, `"x"`, `5`, `{}`, `<html>`, `{"codes":`, `{"codes":null,"passwords":null}`, `{"codes":{},"passwords":{}}`,
	`{"codes":"x","passwords":"x"}`, `{"codes":[],"passwords":[]}`,
}

func TestMembers(t *testing.T) {
	t.Parallel()
	for _, body := range malformed {
		if got := members(answer(body), "passwords", "name"); got != nil {
			t.Errorf("%s: %q", body, got)
		}
	}
	for body, want := range map[string][]string{
		`{"passwords":[{"name":"a"},{"name":"b","x":1}]}`:                     {"a", "b"},
		`{"passwords":[null,5,"a",[],{},{"name":5},{"name":null}]}`:           nil,
		`{"passwords":[{"name":"a"},null,{"name":"a"},{"Name":"b"}]}`:         {"a", "a"},
		`{"passwords":[{"name":""}],"codes":[{"name":"c"}]}`:                  {""},
		`{"passwords":[{"name":"a","passwords":[{"name":"within"}]}],"x":{}}`: {"a"},
	} {
		if diff := cmp.Diff(want, members(answer(body), "passwords", "name")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", body, diff)
		}
	}
}

func TestCodesIn(t *testing.T) {
	t.Parallel()
	for _, body := range append(malformed, `{"codes":[null,5,"a",[],{},{"code":5},{"code":null},{"uses":[]}]}`) {
		if got := codesIn(answer(body)); got == nil || len(got) != 0 {
			t.Errorf("%s: %v", body, got)
		}
	}
	got := codesIn(answer(`{"codes":[{"code":"a","available":1},null,{"code":"b","uses":[{}]},{"code":"a","disabled":true}]}`))
	if len(got) != 2 || got["a"]["disabled"] != true || got["b"]["uses"] == nil {
		t.Errorf("%v", got)
	}
}

func TestCodeLists(t *testing.T) {
	t.Parallel()
	for _, body := range malformed {
		if got := codeLists(answer(body)); got == nil || len(got) != 0 {
			t.Errorf("%s: %v", body, got)
		}
	}
	for body, want := range map[string]map[string][]string{
		`{"codes":[{"account":"a","codes":["1","2"]},{"account":"b","codes":["3"]}]}`: {"a": {"1", "2"}, "b": {"3"}},
		`{"codes":[{"account":"a","codes":["1"]},{"account":"a","codes":["2"]}]}`:     {"a": {"1", "2"}},
		`{"codes":[{"account":"a","codes":[]},{"account":"b"}]}`:                      {"a": {}, "b": {}},
		`{"codes":[{"account":"a","codes":[5,null,"1",{"code":"2"}]}]}`:               {"a": {"1"}},
		`{"codes":[{"codes":["1"]},null]}`:                                            {"": {"1"}},
		`{"codes":["1","2"]}`:                                                         {"": {}},
	} {
		if diff := cmp.Diff(want, codeLists(answer(body))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", body, diff)
		}
	}
}

func TestDistinct(t *testing.T) {
	t.Parallel()
	for _, codes := range [][]string{nil, {"a"}, {"b", "a"}, {"a", "A"}} {
		if before := append([]string(nil), codes...); !distinct(codes) || cmp.Diff(before, append([]string(nil), codes...)) != "" {
			t.Errorf("%q are not distinct, or out of order", codes)
		}
	}
	for _, codes := range [][]string{{"a", "a"}, {"a", "b", "a"}, {"", ""}} {
		if distinct(codes) {
			t.Errorf("%q are distinct", codes)
		}
	}
}

func TestLetterCase(t *testing.T) {
	t.Parallel()
	for handle, want := range map[string]string{
		"alice.test":         "AlIcE.test",
		"pcabc.example.com":  "PcAbC.example.com",
		"a.test":             "A.test",
		"a-b-c.test":         "A-B-C.test",
		"2a4.test":           "2a4.test",
		"pc2x4y.pds.example": "Pc2x4y.pds.example",
	} {
		if got := mixedCase(handle); got != want {
			t.Errorf("%s in mixed case is %s, want %s", handle, got, want)
		}
	}
	for text, want := range map[string]string{
		"ABCDE-FGH23": "abcde-fgh23", "abcde-fgh23": "ABCDE-FGH23", "aBc": "abc", "pds-test-ab2c": "PDS-TEST-AB2C", "482913": "482913", "": "",
	} {
		if got := swapCase(text); got != want {
			t.Errorf("%q in another case is %q, want %q", text, got, want)
		}
	}
	for handle, want := range map[string]string{"alice.test": "alice", "alice": "alice", "a.b.c": "a", "": ""} {
		if got := letters(handle); got != want {
			t.Errorf("the first label of %q is %q", handle, got)
		}
	}
	if got := loose("abcd-efgh--ij"); got != "abcdefghij" {
		t.Errorf("without hyphens: %q", got)
	}
}

// TestHandlesOfARunHaveLetters makes sure that another letter case is one.
func TestHandlesOfARunHaveLetters(t *testing.T) {
	t.Parallel()
	server := benchAt(t, nobody, nil).Target
	for range 1000 {
		if handle := server.NewIdentity().Handle; mixedCase(handle) == handle {
			t.Errorf("%s is the same in mixed case", handle)
		}
	}
}

// TestNothingIsSentForWhatIsMissing runs each case on a target that offers
// none of what it needs.
func TestNothingIsSentForWhatIsMissing(t *testing.T) {
	t.Parallel()
	base, others := serverOf(t, `{"availableUserDomains":[".test"],"inviteCodeRequired":true}`, http.StatusUnauthorized, `{"error":"AuthMissing"}`)
	for _, c := range Cases(everyRevision(t)[lexicons.DefaultRevision]) {
		if len(c.Needs) == 0 {
			continue
		}
		bench := benchAt(t, base, nil)
		before := others.Load()
		verdict := spec.Try(t.Context(), c, bench)
		if verdict.Outcome != reports.Blocked || verdict.Reason == "" || verdict.Unlock == "" {
			t.Errorf("%s needs %s: %s: %s, unlocked by %q", c.ID, c.Needs, verdict.Outcome, verdict.Reason, verdict.Unlock)
		}
		if sent := others.Load() - before; sent != 0 {
			t.Errorf("%s: %d requests were sent all the same", c.ID, sent)
		}
	}
}

// nonsense is a server that answers everything in one way.
type nonsense struct {
	name, describe string
	status         int
	body           string
}

func everyNonsense() []nonsense {
	const open, invites = `{"availableUserDomains":[".test"]}`, `{"availableUserDomains":[".test"],"inviteCodeRequired":true}`
	const session = `"did":"did:web:a.test","handle":"a.test","email":"a@example.com","accessJwt":"an-access-token","refreshJwt":"a-refresh-token"`
	return []nonsense{
		{"empty objects", open, 200, `{}`},
		{"nothing", open, 200, ``},
		{"a list", open, 200, `[1]`},
		{"HTML", open, 200, `<html>`},
		{"faults", open, 500, `{"error":"InternalServerError"}`},
		{"refusals", open, 400, `{"error":"InvalidRequest","message":"no"}`},
		{"unauthorized", invites, 401, `{"error":"AuthenticationRequired"}`},
		{"errors of wrong types", open, 400, `{"error":{"a":1},"message":[]}`},
		{"no describeServer", `[]`, 200, `{` + session + `}`},
		{"describeServer of wrong types", `{"availableUserDomains":{"a":1},"inviteCodeRequired":"yes","links":5}`, 200, `{` + session + `}`},
		{"sessions for all", open, 200, `{` + session + `}`},
		{"sessions and codes", invites, 200, `{` + session + `,"code":"a-code","name":"x","password":"y","createdAt":"z","codes":[],"passwords":[]}`},
		{"lists of nothing", invites, 200, `{` + session + `,"code":"a-code","password":"y","codes":[null,5,"x",[],{}],"passwords":[null,5,"x",[],{}]}`},
		{"lists of wrong types", invites, 200, `{` + session + `,"code":"a-code","password":"y",
			"codes":[{"code":"a-code","uses":{},"account":5,"codes":{"a":1},"available":"x","createdAt":5},{"code":"b","uses":[5,null,{"usedBy":5,"usedAt":{}}]}],
			"passwords":[{"name":5},{"name":"x","createdAt":"yesterday"}]}`},
		{"members of wrong types", invites, 200, `{"did":5,"handle":[],"email":{},"accessJwt":null,"refreshJwt":7,"code":[],"password":{}}`},
	}
}

// TestNonsenseBreaksNoCheck runs every check against servers that answer with
// nonsense: that is for the checks to judge, whatever it is.
func TestNonsenseBreaksNoCheck(t *testing.T) {
	t.Parallel()
	const patience = 300 * time.Millisecond // then what waits is interrupted
	for _, server := range everyNonsense() {
		t.Run(server.name, func(t *testing.T) {
			t.Parallel()
			base, _ := serverOf(t, server.describe, server.status, server.body)
			var group sync.WaitGroup
			for _, c := range Cases(everyRevision(t)[lexicons.DefaultRevision]) {
				bench := benchAt(t, base, &target.Options{AdminPassword: "admin-pass", Drivers: new(obliging).all()})
				group.Go(func() {
					ctx, cancel := context.WithTimeout(t.Context(), patience)
					defer cancel()
					verdict := spec.Try(ctx, c, bench)
					if verdict.Outcome == reports.Errored {
						t.Errorf("%s: %s", c.ID, verdict.Reason)
					}
					if verdict.Outcome == reports.Failed && (verdict.Expected == "" || verdict.Actual == "") {
						t.Errorf("%s failed: expected %q, actual %q", c.ID, verdict.Expected, verdict.Actual)
					}
				})
			}
			group.Wait()
		})
	}
}
