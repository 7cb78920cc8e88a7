package mockserver_test

import (
	"cmp"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pdsconform/pdsconform/mockserver"
	"github.com/pdsconform/pdsconform/mockserver/files"
)

// reachable is something that a server can be brought to, and each way there.
// A way that is not there says why: state fails without.
type reachable struct {
	state   string
	library way
	begin   way // accounts file or flag
	control way
	page    way
	holds   func(*mockserver.Server) bool
	prepare func(*client) // what has to be there before, or nil
}

// way is one way to a state: what the README shows of it, and how it is gone.
type way struct {
	shown    string
	accounts string                         // entries of an accounts file
	options  func(*mockserver.Options)      // what the flag that is shown sets
	call     func(*mockserver.Server) error // in Go
	request  [3]string                      // verb, path and body of the control protocol
	form     []string                       // action and fields of the page
	missing  string                         // why there is no such way
}

func inGo(shown string, call func(*mockserver.Server) error) way {
	return way{shown: shown, call: call}
}
func inFile(shown, accounts string) way { return way{shown: shown, accounts: accounts} }
func byFlag(shown string, options func(*mockserver.Options)) way {
	return way{shown: shown, options: options}
}
func byControl(verb, path, body string) way {
	return way{shown: verb + " " + path, request: [3]string{verb, path, body}}
}
func byPage(shown string, form ...string) way { return way{shown: shown, form: form} }
func none(why string) way                     { return way{missing: why} }

func accountHas(has func(mockserver.AccountState) bool) func(*mockserver.Server) bool {
	return func(s *mockserver.Server) bool {
		account, err := s.Account("alice.test")
		return err == nil && has(account)
	}
}

func changed(change mockserver.AccountChange) func(*mockserver.Server) error {
	return func(s *mockserver.Server) error {
		_, err := s.ChangeAccount("alice.test", change)
		return err
	}
}

func settled(change func(*mockserver.Settings)) func(*mockserver.Server) error {
	return func(s *mockserver.Server) error {
		settings := s.Settings()
		change(&settings)
		return s.SetSettings(settings)
	}
}

// aliceLine is her entry of an accounts file, to which a test adds.
const aliceLine = "handle: alice.test, email: alice@example.com, password: correct horse, did: 'did:web:alice.example'"

// aliceForm are her fields in the form that changes her.
func aliceForm(fields ...string) []string {
	return append([]string{"change", "did", "did:web:alice.example", "handle", "alice.test", "email", "alice@example.com"}, fields...)
}

func settingsForm(fields ...string) []string {
	return append([]string{"settings", "minPasswordLength", "8", "maxPasswordLength", "256"}, fields...)
}

const alicePath = "/accounts/alice.test"

// reachables are all states. Where there is no Alice yet, the way makes her.
func reachables() []reachable {
	return slices.Concat(accountStates(), codeStates(), serverStates(), troubles())
}

func accountStates() []reachable {
	yes, address, handle := true, "alice@example.org", "alicia.test"
	return []reachable{
		{
			"an account, with app passwords and codes of its own", inGo("SeedAccount", func(s *mockserver.Server) error {
				_, err := s.SeedAccount(mockserver.Account{Handle: "bob.test", Email: "bob@example.com", Password: "x", AppPasswords: []mockserver.AppPassword{{Name: "phone", Password: "y"}}})
				return err
			}), inFile("accounts", "{handle: bob.test, email: bob@example.com, password: x, appPasswords: [{name: phone, password: y}]}"),
			byControl("POST", "/accounts", `{"handle":"bob.test","email":"bob@example.com","password":"x","appPasswords":[{"name":"phone","password":"y"}]}`),
			byPage("Add an account", "seed", "handle", "bob.test", "email", "bob@example.com", "password", "x", "appPassword", "y"),
			func(s *mockserver.Server) bool {
				bob, err := s.Account("bob.test")
				return err == nil && len(bob.AppPasswords) == 1
			}, nil,
		},
		{
			"another handle", inGo("ChangeAccount", changed(mockserver.AccountChange{Handle: &handle})), inFile("handle", "{handle: alicia.test, email: alicia@example.com, password: x}"),
			byControl("PATCH", alicePath, `{"handle":"alicia.test"}`), byPage("Change", aliceForm("handle", handle)...),
			func(s *mockserver.Server) bool { _, err := s.Account("alicia.test"); return err == nil }, nil,
		},
		{
			"another address, or none", inGo("ChangeAccount", changed(mockserver.AccountChange{Email: &address})),
			inFile("email", "{"+strings.Replace(aliceLine, "example.com", "example.org", 1)+"}"),
			byControl("PATCH", alicePath, `{"email":"alice@example.org"}`), byPage("Change", aliceForm("email", address)...),
			accountHas(func(a mockserver.AccountState) bool { return a.Email == address }), nil,
		},
		{
			"a confirmed address", inGo("ChangeAccount", changed(mockserver.AccountChange{EmailConfirmed: &yes})), inFile("emailConfirmed", "{"+aliceLine+", emailConfirmed: true}"),
			byControl("PATCH", alicePath, `{"emailConfirmed":true}`), byPage("Change", aliceForm("emailConfirmed", "true")...),
			accountHas(func(a mockserver.AccountState) bool { return a.EmailConfirmed }), nil,
		},
		{
			"a second factor by mail", inGo("ChangeAccount", changed(mockserver.AccountChange{AuthFactor: &yes})), inFile("authFactor", "{"+aliceLine+", authFactor: true}"),
			byControl("PATCH", alicePath, `{"authFactor":true}`), byPage("Change", aliceForm("authFactor", "true")...),
			accountHas(func(a mockserver.AccountState) bool { return a.AuthFactor }), nil,
		},
		{
			"deactivated", inGo("ChangeAccount", changed(mockserver.AccountChange{Deactivated: &yes})), inFile("deactivated", "{"+aliceLine+", deactivated: true}"),
			byControl("PATCH", alicePath, `{"deactivated":true}`), byPage("Change", aliceForm("deactivated", "true")...),
			accountHas(func(a mockserver.AccountState) bool { return a.Deactivated }), nil,
		},
		{
			"taken down", inGo("Takedown", func(s *mockserver.Server) error { return s.Takedown("alice.test", true) }), inFile("takenDown", "{"+aliceLine+", takenDown: true}"),
			byControl("POST", alicePath+"/takedown", ""), byPage("Taken down", "takedown", "did", "did:web:alice.example", "on", "true"),
			accountHas(func(a mockserver.AccountState) bool { return a.TakenDown }), nil,
		},
		{
			"removed", inGo("RemoveAccount", func(s *mockserver.Server) error { return s.RemoveAccount("alice.test") }), none("leave it out"),
			byControl("DELETE", alicePath, ""), byPage("Remove", "remove", "did", "did:web:alice.example"),
			func(s *mockserver.Server) bool { return len(s.Accounts()) == 0 }, nil,
		},
		{
			"a session, with its tokens", inGo("LogIn", func(s *mockserver.Server) error { _, err := s.LogIn("alice.test"); return err }), none("tokens are made by the server"),
			byControl("POST", "/sessions", `{"account":"alice.test"}`), none("it tells no tokens"),
			func(s *mockserver.Server) bool { return len(s.Sessions()) == 1 }, nil,
		},
		{
			"a session ended", inGo("EndSession", func(s *mockserver.Server) error {
				s.EndSession(s.Sessions()[0].ID)
				return nil
			}),
			none("there are none yet"), byControl("DELETE", "/sessions/{id}", ""), byPage("End", "end-session", "id", "{id}"),
			func(s *mockserver.Server) bool { return len(s.Sessions()) == 0 }, loggedIn,
		},
	}
}

func codeStates() []reachable {
	return []reachable{
		{
			"an invite code", inGo("AddInvite", func(s *mockserver.Server) error {
				_, err := s.AddInvite(mockserver.Invite{Uses: 2}, "alice.test")
				return err
			}),
			inFile("invites", "{"+aliceLine+", invites: [{code: c-1, uses: 2}]}"), byControl("POST", "/invites", `{"uses":2,"account":"alice.test"}`),
			byPage("Make a code", "invite", "uses", "2", "for", "alice.test"),
			func(s *mockserver.Server) bool {
				return slices.ContainsFunc(s.Invites(), func(i mockserver.InviteState) bool {
					return i.ForAccount == "did:web:alice.example" && i.Available == 2
				})
			}, nil,
		},
		{
			"an invite code disabled", inGo("SetInviteDisabled", func(s *mockserver.Server) error { s.SetInviteDisabled("c-0", true); return nil }),
			inFile("disabled", "{"+aliceLine+", invites: [{code: c-1, disabled: true}]}"), byControl("PATCH", "/invites/{code}", `{"disabled":true}`),
			byPage("Disabled", "disable", "code", "c-0", "on", "true"),
			func(s *mockserver.Server) bool {
				return slices.ContainsFunc(s.Invites(), func(i mockserver.InviteState) bool { return i.Disabled })
			}, nil,
		},
		{
			"no mail", inGo("ClearMail", func(s *mockserver.Server) error { s.ClearMail(); return nil }), none("there is none yet"), byControl("DELETE", "/mail", ""),
			byPage("Empty the outbox", "clear-mail"), func(s *mockserver.Server) bool { return len(s.Mail("")) == 0 }, mailed,
		},
	}
}

func serverStates() []reachable {
	hour := func(s *mockserver.Server) bool { return time.Until(s.Now()) > 59*time.Minute }
	limit := mockserver.RateLimit{Requests: 30, Per: 5 * time.Minute, Method: "createSession", PerAccount: true}
	return []reachable{
		{
			"a later time", inGo("AdvanceClock", func(s *mockserver.Server) error { return s.AdvanceClock(time.Hour) }), none("--state-file keeps it"),
			byControl("POST", "/clock", `{"advance":"1h"}`), byPage("Move forward", "clock", "advance", "1h"), hour, nil,
		},
		{
			"invite codes required", inGo("SetSettings", settled(func(s *mockserver.Settings) { s.InviteRequired = true })),
			byFlag("--invite-required", func(o *mockserver.Options) { o.InviteRequired = true }), byControl("PATCH", "/settings", `{"inviteRequired":true}`),
			byPage("Settings", settingsForm("inviteRequired", "true")...), func(s *mockserver.Server) bool { return s.Settings().InviteRequired }, nil,
		},
		{
			"password bounds", inGo("SetSettings", settled(func(s *mockserver.Settings) { s.MinPasswordLength = 12 })),
			byFlag("--min-password-length", func(o *mockserver.Options) { o.MinPasswordLength = 12 }), byControl("PATCH", "/settings", `{"minPasswordLength":12}`),
			byPage("Settings", settingsForm("minPasswordLength", "12")...), func(s *mockserver.Server) bool { return s.Settings().MinPasswordLength == 12 }, nil,
		},
		{
			"links", inGo("SetSettings", settled(func(s *mockserver.Settings) { s.Links.PrivacyPolicy = "https://example.com/p" })),
			byFlag("--privacy-policy", func(o *mockserver.Options) { o.Links.PrivacyPolicy = "https://example.com/p" }),
			byControl("PATCH", "/settings", `{"links":{"privacyPolicy":"https://example.com/p"}}`), byPage("Settings", settingsForm("privacyPolicy", "https://example.com/p")...),
			func(s *mockserver.Server) bool { return s.Settings().Links.PrivacyPolicy != "" }, nil,
		},
		{
			"reserved names", inGo("SetSettings", settled(func(s *mockserver.Settings) { s.ReservedNames = []string{"pelican"} })),
			byFlag("--reserved-name", func(o *mockserver.Options) { o.ReservedNames = []string{"pelican"} }), byControl("PATCH", "/settings", `{"reservedNames":["pelican"]}`),
			byPage("Settings", settingsForm("reservedNames", "pelican")...), func(s *mockserver.Server) bool { return len(s.Settings().ReservedNames) == 1 }, nil,
		},
		{
			"rate limits, of methods and accounts too", inGo("SetSettings", settled(func(s *mockserver.Settings) { s.RateLimits = []mockserver.RateLimit{limit} })),
			byFlag("--rate-limit", func(o *mockserver.Options) { o.RateLimits = []mockserver.RateLimit{limit} }),
			byControl("PATCH", "/settings", `{"rateLimits":["createSession=30/5m/account"]}`), byPage("Settings", settingsForm("rateLimits", "createSession=30/5m/account")...),
			func(s *mockserver.Server) bool {
				return len(s.Settings().RateLimits) == 1 && s.Settings().RateLimits[0].PerAccount
			}, nil,
		},
		{
			"the state at the start", inGo("Reset", func(s *mockserver.Server) error { s.Reset(); return nil }), none("start it again"), byControl("POST", "/reset", ""),
			byPage("Reset the server", "reset"), func(s *mockserver.Server) bool { return len(s.Mail("")) == 0 && len(s.Accounts()) == 1 }, mailed,
		},
	}
}

func troubles() []reachable {
	const bug = "output.createSession.did.missing"
	failing := mockserver.Scenario{Method: "_health", Status: 503}
	profile := mockserver.Answer{Method: "app.bsky.actor.getProfile", JSON: object{"n": 1}}
	return []reachable{
		{
			"a defect", inGo("SetDefects", func(s *mockserver.Server) error { return s.SetDefects(bug) }),
			byFlag("--defect", func(o *mockserver.Options) { o.Defects = []string{bug} }), byControl("PUT", "/defects", `{"active":["`+bug+`"]}`),
			byPage("Defects", "defect", "id", bug, "on", "true"), func(s *mockserver.Server) bool { return slices.Contains(s.ActiveDefects(), bug) }, nil,
		},
		{
			"a scenario, also of a failing `_health`", inGo("AddScenario", func(s *mockserver.Server) error { _, err := s.AddScenario(failing); return err }),
			byFlag("--scenario", func(o *mockserver.Options) { o.Scenarios = []mockserver.Scenario{failing} }), byControl("POST", "/scenarios", `{"method":"_health","status":503}`),
			byPage("Make one", "scenario", "method", "_health", "status", "503"), func(s *mockserver.Server) bool { return len(s.Scenarios()) == 1 }, nil,
		},
		{
			"an answer for another method", inGo("SetAnswers", func(s *mockserver.Server) error { return s.SetAnswers(profile) }),
			byFlag("--answers", func(o *mockserver.Options) { o.Answers = []mockserver.Answer{profile} }),
			byControl("PUT", "/answers", `{"answers":[{"method":"app.bsky.actor.getProfile","json":{"n":1}}]}`),
			byPage("Add one", "answer", "answer", `{"method":"app.bsky.actor.getProfile","json":{"n":1}}`), func(s *mockserver.Server) bool { return len(s.Answers()) == 1 }, nil,
		},
	}
}

// loggedIn has Alice open a session, and mailed has her get a mail.
func loggedIn(c *client) { c.server.MustLogIn("alice.test") }
func mailed(c *client) {
	c.post("requestPasswordReset", "", object{"email": "alice@example.com"}).ok()
}

// TestEveryStateFromEverywhere goes each way there is to each state.
func TestEveryStateFromEverywhere(t *testing.T) {
	t.Parallel()
	for _, to := range reachables() {
		for name, by := range map[string]way{"library": to.library, "start": to.begin, "control": to.control, "page": to.page} {
			t.Run(to.state+"/"+name, func(t *testing.T) {
				t.Parallel()
				if by.missing != "" {
					t.Skip(by.missing)
				}
				c := begun(t, by)
				if to.prepare != nil {
					to.prepare(c)
				}
				if atStart := by.accounts != "" || by.options != nil; !atStart && to.holds(c.server) {
					t.Error("it is there before anything was done")
				}
				c.goes(by)
				if !to.holds(c.server) {
					t.Errorf("%s leads elsewhere", by.shown)
				}
			})
		}
	}
}

// begun is a server at which a way begins. Unless an accounts file says who there
// is, there is Alice, and a code.
func begun(t *testing.T, by way) *client {
	t.Helper()
	list := aliceAnd(t, cmp.Or(by.accounts, "{"+aliceLine+"}"))
	options := mockserver.Options{Accounts: list.Accounts, Invites: []mockserver.Invite{{Code: "c-0"}}}
	if by.options != nil {
		by.options(&options)
	}
	return start(t, options)
}

// goes a way from where the server is.
func (c *client) goes(by way) {
	c.Helper()
	filled := func(text string, escape func(string) string) string {
		for _, session := range c.server.Sessions() {
			text = strings.ReplaceAll(text, "{id}", escape(session.ID))
		}
		return strings.ReplaceAll(text, "{code}", "c-0")
	}
	switch {
	case by.call != nil:
		if err := by.call(c.server); err != nil {
			c.Fatal(err)
		}
	case by.request[0] != "":
		c.steer(by.request[0], filled(by.request[1], url.PathEscape), by.request[2]).ok()
	case by.form != nil:
		fields := slices.Clone(by.form[1:])
		for i := range fields {
			fields[i] = filled(fields[i], func(id string) string { return id })
		}
		c.pressed(by.form[0], fields...)
	}
}

func aliceAnd(t *testing.T, entry string) files.AccountList {
	t.Helper()
	path := filepath.Join(t.TempDir(), "accounts.yaml")
	if err := os.WriteFile(path, []byte("accounts:\n  - "+entry+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	list, err := files.ReadAccounts(path)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// TestReadmeStates holds the table of the README against the ways that were gone.
func TestReadmeStates(t *testing.T) {
	t.Parallel()
	var table strings.Builder
	table.WriteString("| state | in Go | accounts file or flag | control protocol | page |\n|---|---|---|---|---|\n")
	for _, to := range reachables() {
		table.WriteString("| " + to.state)
		for _, by := range []way{to.library, to.begin, to.control, to.page} {
			switch {
			case by.missing != "":
				table.WriteString(" | none: " + by.missing)
			case by.form != nil:
				table.WriteString(" | " + by.shown)
			default:
				table.WriteString(" | `" + strings.ReplaceAll(by.shown, "alice.test", "{did}") + "`")
			}
		}
		table.WriteString(" |\n")
	}
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`(?s)<!-- states -->\n(.*?)<!-- end -->`).FindSubmatchIndex(text)
	if found == nil {
		t.Fatal("the README has no place for the states")
	}
	if string(text[found[2]:found[3]]) == table.String() {
		return
	}
	if !*updateGolden {
		t.Fatal("the table of states in the README is old: go test ./mockserver -run TestReadmeStates -update")
	}
	updated := string(text[:found[2]]) + table.String() + string(text[found[3]:])
	if err := os.WriteFile("README.md", []byte(updated), 0o600); err != nil {
		t.Fatal(err)
	}
}
