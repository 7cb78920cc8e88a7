package reports

import (
	"fmt"
	"testing"
)

func failedWith(id, method, actual string) Result {
	return Result{
		Requirement: Requirement{ID: "server." + method + "." + id, Endpoint: "com.atproto.server." + method, Level: Must},
		Outcome:     Failed, Expected: "a refusal (4xx)", Actual: actual,
	}
}

// TestCauses holds many failures of few reasons to as many findings as there are
// reasons, what each explains with it.
func TestCauses(t *testing.T) {
	t.Parallel()
	var results []Result
	for i, method := range []string{"deleteAccount", "createSession", "createAccount"} {
		for j, kind := range []string{"null", "array", "object"} {
			results = append(results, failedWith(fmt.Sprintf("input.member%d.type.%s", j, kind), method, "200"))
		}
		results = append(results,
			failedWith("http.no-server-error", method, "500 InternalServerError \"at 0xc0000"+method+"\""),
			failedWith(fmt.Sprintf("handle.case-%d", i), method, "500 InternalServerError"),
			failedWith(fmt.Sprintf("only.here-%d", i), method, "200"))
	}
	lacking := failedWith("success", "getSession", "it is not: 404")
	lacking.NotImplemented = true
	blocked := failedWith("auth.missing", "getSession", "")
	blocked.Outcome, blocked.Reason, blocked.BlockedBy = Blocked, "not there", lacking.ID
	report := New(Content{Results: append(results, lacking, blocked)})

	causes := report.Causes()
	sizes := map[string]int{}
	explained := 0
	for _, cause := range causes {
		sizes[causeKey(cause.Lead())] = len(cause.Failures)
		explained += cause.Explains()
	}
	if len(causes) != 1+2+3+1 || explained != len(results)+2 {
		t.Errorf("%d findings explain %d: %v", len(causes), explained, sizes)
	}
	if lead := causes[0].Lead().Endpoint; lead != "com.atproto.server.createAccount" {
		t.Errorf("the first finding is of %s, sign-up is built first", lead)
	}
	for _, cause := range causes {
		if cause.Lead().ID == lacking.ID && (len(cause.Blocked) != 1 || cause.Blocked[0].ID != blocked.ID) {
			t.Errorf("%s blocks %v", lacking.ID, cause.Blocked)
		}
	}
}

func TestProfiles(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]string{
		"server.createSession.success": "sessions", "server.createSession.takedown.app-password": "app-passwords",
		"server.createAccount.invite.race": "invites", "server.describeServer.output.type": "sign-up",
		"xrpc.cors.readable": "sessions", "server.somethingNew.success": "",
	} {
		if got := ProfileOf(id); got != want {
			t.Errorf("%s belongs to %q, want %q", id, got, want)
		}
	}
	lacking := failedWith("success", "createAppPassword", "it is not: 404")
	lacking.NotImplemented = true
	passed := failedWith("success", "createSession", "")
	passed.Outcome = Passed
	blocked := failedWith("success", "resetPassword", "")
	blocked.Outcome, blocked.Reason = Blocked, "no mail"
	report := New(Content{Results: []Result{lacking, passed, blocked, failedWith("x", "createAccount", "200")}})
	got := map[string]Standing{}
	for _, verdict := range report.Summary.Profiles {
		got[verdict.Name] = verdict.Standing
	}
	for name, want := range map[string]Standing{
		"sessions": StandingConforms, "app-passwords": StandingNotImplemented, "recovery": StandingNotChecked, "sign-up": StandingFails,
	} {
		if got[name] != want {
			t.Errorf("%s: %q, want %q", name, got[name], want)
		}
	}
}
