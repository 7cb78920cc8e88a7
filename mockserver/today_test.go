package mockserver_test

import (
	"testing"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/mockserver"
)

// startToday runs a server of the newest revision.
func startToday(t testing.TB, options ...mockserver.Options) *client {
	t.Helper()
	var chosen mockserver.Options
	if len(options) > 0 {
		chosen = options[0]
	}
	revisions := lexicons.Revisions()
	chosen.Revision = revisions[len(revisions)-1]
	return start(t, chosen)
}

// wants fails the test unless the answer has that status and, where it isn't
// empty, error name.
func (a answer) wants(what string, status int, name string) answer {
	a.t.Helper()
	if a.status != status || a.text("error") != name {
		a.t.Errorf("%s: answer is %d %s, want %d %s", what, a.status, a.body, status, name)
	}
	return a
}

// every kind of caller, and what the methods of this revision answer to it. A
// name without status stands for 400.
func TestWhoMayCallWhatToday(t *testing.T) {
	t.Parallel()
	type want struct {
		status int
		error  string
	}
	ok, missing, wrong, gone := want{200, ""}, want{401, "AuthMissing"}, want{400, "InvalidToken"}, want{403, "AccountNotFound"}
	takedown, unknown, notFound := want{401, "AccountTakedown"}, want{400, "InvalidRequest"}, want{400, "NotFound"}
	const aud = "?aud=did:web:a.test&lxm=com.example.x"
	for method, row := range map[string]struct {
		query                                                                              bool
		input                                                                              object
		none, full, app, privileged, refresh, takenDown, takendownScope, deactivated, gone want
	}{
		"getServiceAuth" + aud:     {true, nil, missing, ok, ok, ok, wrong, wrong, wrong, ok, gone},
		"reserveSigningKey":        {false, object{}, ok, ok, ok, ok, ok, ok, ok, ok, ok},
		"checkAccountStatus":       {true, nil, missing, ok, ok, ok, wrong, ok, wrong, ok, notFound},
		"activateAccount":          {false, nil, missing, ok, wrong, wrong, wrong, want{400, "AccountNotFound"}, wrong, ok, gone},
		"deactivateAccount":        {false, object{}, missing, ok, wrong, wrong, wrong, ok, ok, ok, unknown},
		"requestEmailConfirmation": {false, nil, missing, ok, ok, ok, wrong, takedown, wrong, ok, gone},
		"confirmEmail":             {false, object{"email": "x@example.com", "token": "x"}, missing, want{400, "InvalidEmail"}, want{400, "InvalidEmail"}, want{400, "InvalidEmail"}, wrong, takedown, wrong, want{400, "InvalidEmail"}, gone},
		"requestEmailUpdate":       {false, nil, missing, ok, wrong, wrong, wrong, takedown, wrong, ok, gone},
		"updateEmail":              {false, object{"email": "x"}, missing, unknown, wrong, wrong, wrong, takedown, wrong, unknown, gone},
		"createAppPassword":        {false, object{"name": "x"}, missing, ok, wrong, wrong, wrong, takedown, wrong, ok, gone},
		"requestAccountDelete":     {false, nil, missing, ok, wrong, wrong, wrong, takedown, wrong, ok, gone},
		"getAccountInviteCodes":    {true, nil, missing, ok, wrong, wrong, wrong, takedown, wrong, notFound, gone},
		"revokeAppPassword":        {false, object{"name": "x"}, missing, ok, ok, ok, wrong, ok, wrong, ok, ok},
		"getSession":               {true, nil, missing, ok, ok, ok, wrong, unknown, wrong, ok, unknown},
		"refreshSession":           {false, nil, missing, wrong, wrong, wrong, ok, wrong, wrong, wrong, wrong},
		"deleteSession":            {false, nil, missing, wrong, wrong, wrong, ok, wrong, wrong, wrong, wrong},
	} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			c := startToday(t)
			s := c.signUp("alice")
			_, app := c.appPassword(s, "phone")
			privileged := c.post("createAppPassword", s.access, object{"name": "desk", "privileged": true}).ok()
			withPrivileges := c.logIn(s.handle, privileged.text("password")).ok()
			down, resting, deleted := c.signUp("taken-down"), c.signUp("resting"), c.signUp("deleted")
			c.takedown(down.did, true)
			narrow := c.post("createSession", "", object{"identifier": down.handle, "password": down.password, "allowTakendown": true}).ok()
			c.post("deactivateAccount", resting.access, object{}).ok()
			c.deleteAccount(deleted)
			for kind, call := range map[string]struct {
				bearer string
				want   want
			}{
				"no credentials":          {"", row.none},
				"own session":             {s.access, row.full},
				"app password":            {app.access, row.app},
				"privileged app password": {withPrivileges.text("accessJwt"), row.privileged},
				"refresh token":           {s.refresh, row.refresh},
				"taken down":              {down.access, row.takenDown},
				"takendown scope":         {narrow.text("accessJwt"), row.takendownScope},
				"deactivated":             {resting.access, row.deactivated},
				"deleted":                 {deleted.access, row.gone},
			} {
				send := func() answer { return c.post(method, call.bearer, row.input) }
				if row.query {
					send = func() answer { return c.get(method, call.bearer) }
				}
				send().wants(kind, call.want.status, call.want.error)
			}
		})
	}
}
