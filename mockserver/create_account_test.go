package mockserver_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pdsconform/pdsconform/mockserver"
)

func TestSignUp(t *testing.T) {
	t.Parallel()
	c := start(t)
	a := c.post("createAccount", "", object{"handle": "BoB.Test", "email": "Bob@Example.com", "password": "12345678"}).ok()
	if diff := cmp.Diff([]string{"accessJwt", "did", "handle", "refreshJwt"}, sortedNames(a.object())); diff != "" {
		t.Errorf("members: %s", diff)
	}
	if a.text("handle") != "bob.test" {
		t.Errorf("handle is %q", a.text("handle"))
	}
	session := c.get("getSession", a.text("accessJwt")).ok()
	want := object{"handle": "bob.test", "did": a.text("did"), "email": "bob@example.com"}
	if diff := cmp.Diff(want, session.object()); diff != "" {
		t.Errorf("session: %s", diff)
	}
	c.post("refreshSession", a.text("refreshJwt"), nil).ok()
}

func TestSignUpRefusals(t *testing.T) {
	t.Parallel()
	c := start(t, mockserver.Options{UserDomains: []string{".test", "pds.example.com"}})
	c.signUp("taken")
	const key = "did:key:zQ3shZc2QzApp2oymGvQbzP8eKheVshBHbU4ZYjeXqwSKEn6N"
	for name, row := range map[string]struct {
		change  object
		error   string // "" for success
		message string
	}{
		"no dot":                {object{"handle": "alice"}, "InvalidRequest", "Input/handle must be a valid handle"},
		"empty":                 {object{"handle": ""}, "InvalidRequest", "Input/handle must be a valid handle"},
		"underscore":            {object{"handle": "al_ice.test"}, "InvalidRequest", "Input/handle must be a valid handle"},
		"space":                 {object{"handle": "al ice.test"}, "InvalidRequest", "Input/handle must be a valid handle"},
		"at":                    {object{"handle": "@alice.test"}, "InvalidRequest", "Input/handle must be a valid handle"},
		"unicode":               {object{"handle": "älice.test"}, "InvalidRequest", "Input/handle must be a valid handle"},
		"leading hyphen":        {object{"handle": "-alice.test"}, "InvalidRequest", "Input/handle must be a valid handle"},
		"trailing hyphen":       {object{"handle": "alice-.test"}, "InvalidRequest", "Input/handle must be a valid handle"},
		"empty label":           {object{"handle": "alice..test"}, "InvalidRequest", "Input/handle must be a valid handle"},
		"trailing dot":          {object{"handle": "alice.test."}, "InvalidRequest", "Input/handle must be a valid handle"},
		"long label":            {object{"handle": strings.Repeat("a", 64) + ".test"}, "InvalidRequest", "Input/handle must be a valid handle"},
		"254 characters":        {object{"handle": strings.Repeat("a.", 125) + "test"}, "InvalidRequest", "Input/handle must be a valid handle"},
		"digit at the top":      {object{"handle": "alice.1test"}, "InvalidRequest", "Input/handle must be a valid handle"},
		"a did":                 {object{"handle": "did:plc:x"}, "InvalidRequest", "Input/handle must be a valid handle"},
		"extra dot":             {object{"handle": "a.bcd.test"}, "InvalidHandle", "Invalid characters in handle"},
		"too short":             {object{"handle": "ab.test"}, "InvalidHandle", "Handle too short"},
		"three characters":      {object{"handle": "abc.test"}, "", ""},
		"31 characters":         {object{"handle": strings.Repeat("a", 26) + ".test"}, "InvalidHandle", "Handle too long"},
		"30 characters":         {object{"handle": strings.Repeat("a", 25) + ".test"}, "", ""},
		"other domain":          {object{"handle": "alice.example.com"}, "UnsupportedDomain", "Not a supported handle domain"},
		"domain of two":         {object{"handle": "alice.pds.example.com"}, "", ""},
		"domain itself":         {object{"handle": "pds.example.com"}, "UnsupportedDomain", ""},
		"local":                 {object{"handle": "alice.local"}, "UnsupportedDomain", "Not a supported handle domain"},
		"onion":                 {object{"handle": "alice.onion"}, "UnsupportedDomain", ""},
		"arpa":                  {object{"handle": "alice.arpa"}, "UnsupportedDomain", ""},
		"invalid":               {object{"handle": "alice.invalid"}, "UnsupportedDomain", ""},
		"localhost":             {object{"handle": "alice.localhost"}, "UnsupportedDomain", ""},
		"internal":              {object{"handle": "alice.internal"}, "UnsupportedDomain", ""},
		"reserved":              {object{"handle": "admin.test"}, "HandleNotAvailable", "Reserved handle"},
		"reserved, capitals":    {object{"handle": "ABOUT.test"}, "HandleNotAvailable", "Reserved handle"},
		"reserved in part":      {object{"handle": "admin-1.test"}, "", ""},
		"taken":                 {object{"handle": "taken.test"}, "HandleNotAvailable", "Handle already taken: taken.test"},
		"taken, capitals":       {object{"handle": "Taken.TEST"}, "HandleNotAvailable", "Handle already taken: taken.test"},
		"address taken":         {object{"email": "Taken@example.com"}, "InvalidRequest", "Email already taken: Taken@example.com"},
		"both taken":            {object{"handle": "taken.test", "email": "taken@example.com"}, "HandleNotAvailable", ""},
		"address without at":    {object{"email": "alice"}, "InvalidRequest", "Input/email must be a valid e-mail address"},
		"address empty":         {object{"email": ""}, "InvalidRequest", "Input/email must be a valid e-mail address"},
		"address with a name":   {object{"email": "A <a@b.c>"}, "InvalidRequest", ""},
		"seven characters":      {object{"password": "1234567"}, "InvalidPassword", ""},
		"no password":           {object{"password": ""}, "InvalidPassword", ""},
		"eight characters":      {object{"password": "ÄÖÜäöüßé"}, "", ""},
		"seven of two bytes":    {object{"password": "ÄÖÜäöüß"}, "InvalidPassword", ""},
		"256 characters":        {object{"password": strings.Repeat("é", 256)}, "", ""},
		"257 characters":        {object{"password": strings.Repeat("x", 257)}, "InvalidPassword", ""},
		"recovery key":          {object{"recoveryKey": key}, "", ""},
		"no recovery key":       {object{"recoveryKey": ""}, "", ""},
		"recovery key: junk":    {object{"recoveryKey": "junk"}, "InvalidRequest", ""},
		"recovery key: plc":     {object{"recoveryKey": "did:plc:ewvi7nxzyoun6zhxrhs64oiz"}, "InvalidRequest", ""},
		"recovery key: ed25519": {object{"recoveryKey": "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"}, "InvalidRequest", ""},
		"code nobody asked for": {object{"inviteCode": "bogus"}, "", ""},
		"earlier check answers": {object{"handle": "ab.test", "password": ""}, "InvalidHandle", "Handle too short"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			suffix := strings.Map(func(r rune) rune {
				if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
					return r
				}
				return -1
			}, name)
			input := object{"handle": "h-" + suffix[:min(20, len(suffix))] + ".test", "email": suffix + "@example.com", "password": "12345678"}
			for member, value := range row.change {
				input[member] = value
			}
			a := newClient(t, c.server).post("createAccount", "", input)
			if row.error == "" {
				a.ok()
				return
			}
			a.is(400, row.error, row.message)
		})
	}
}

// TestRefusedSignUpKeepsNothing tries again with what a refused request named.
func TestRefusedSignUpKeepsNothing(t *testing.T) {
	t.Parallel()
	c := start(t, mockserver.Options{InviteRequired: true})
	code := c.admin("createInviteCode", object{"useCount": 2}).text("code")
	c.signUpWith("first", code)
	input := object{"handle": "second.test", "email": "first@example.com", "password": "12345678", "inviteCode": code}
	c.post("createAccount", "", input).is(400, "InvalidRequest", "")
	input["handle"], input["email"] = "first.test", "second@example.com"
	c.post("createAccount", "", input).is(400, "HandleNotAvailable", "")
	c.signUpWith("second", code)
}

func TestInvitesAtSignUp(t *testing.T) {
	t.Parallel()
	c := start(t, mockserver.Options{InviteRequired: true})
	if required := c.get("describeServer", "").ok().object()["inviteCodeRequired"]; required != true {
		t.Errorf("inviteCodeRequired is %v", required)
	}
	code := func(uses int) string { return c.admin("createInviteCode", object{"useCount": uses}).ok().text("code") }
	once, many, disabled := code(1), code(9), code(9)
	c.signUpWith("taken", once)
	if !c.server.DisableInviteCode(disabled) || c.server.DisableInviteCode("bogus") {
		t.Error("disabling a code does not tell whether there is one")
	}
	const missing, unavailable = "No invite code provided", "Provided invite code not available"
	for name, row := range map[string]struct{ handle, code, error, message string }{
		"absent":                      {"new.test", "absent", "InvalidInviteCode", missing},
		"empty":                       {"new.test", "", "InvalidInviteCode", missing},
		"unknown":                     {"new.test", "bogus", "InvalidInviteCode", unavailable},
		"capitals":                    {"new.test", strings.ToUpper(many), "InvalidInviteCode", unavailable},
		"exhausted":                   {"new.test", once, "InvalidInviteCode", unavailable},
		"no uses":                     {"new.test", code(0), "InvalidInviteCode", unavailable},
		"negative uses":               {"new.test", code(-1), "InvalidInviteCode", unavailable},
		"disabled":                    {"new.test", disabled, "InvalidInviteCode", unavailable},
		"absent, bad handle":          {"ab.test", "absent", "InvalidInviteCode", missing},
		"unknown, bad handle":         {"ab.test", "bogus", "InvalidHandle", "Handle too short"},
		"exhausted, handle taken":     {"taken.test", once, "InvalidInviteCode", unavailable},
		"good, handle taken":          {"taken.test", many, "HandleNotAvailable", ""},
		"absent, no handle by syntax": {"x", "absent", "InvalidRequest", "Input/handle must be a valid handle"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			input := object{"handle": row.handle, "email": "new@example.com", "password": "12345678", "inviteCode": row.code}
			if row.code == "absent" {
				delete(input, "inviteCode")
			}
			newClient(t, c.server).post("createAccount", "", input).is(400, row.error, row.message)
		})
	}
}

func TestInviteOfATakenDownAccountWorks(t *testing.T) {
	t.Parallel()
	c := start(t, mockserver.Options{InviteRequired: true})
	s := c.signUpWith("alice", c.admin("createInviteCode", object{"useCount": 1}).text("code"))
	gift := c.admin("createInviteCode", object{"useCount": 1, "forAccount": s.did}).ok().text("code")
	c.takedown(s.did, true)
	c.signUpWith("bob", gift)
}

func TestUnusedCodeIsNotCounted(t *testing.T) {
	t.Parallel()
	c := start(t)
	s := c.signUp("alice")
	gift := c.admin("createInviteCode", object{"useCount": 1, "forAccount": s.did}).text("code")
	c.signUpWith("bob", gift)
	listed := c.get("getAccountInviteCodes", s.access).ok().list("codes")[0].(object)
	if uses := listed["uses"].([]any); len(uses) != 0 {
		t.Errorf("a code that was not asked for has uses %v", uses)
	}
}

func TestAccountCanComeBack(t *testing.T) {
	t.Parallel()
	c := start(t)
	s := c.signUp("alice")
	c.deleteAccount(s)
	again := c.signUp("alice")
	if again.did == s.did {
		t.Error("the new account has the did of the deleted one")
	}
	c.get("getSession", s.access).is(400, "InvalidRequest", "Could not find user info for account: "+s.did)
}

func TestPasswordBoundsAreOptions(t *testing.T) {
	t.Parallel()
	c := start(t, mockserver.Options{MinPasswordLength: -1, MaxPasswordLength: -1})
	c.post("createAccount", "", object{"handle": "none.example.test", "email": "a@example.com", "password": ""}).is(400, "InvalidHandle", "")
	c.post("createAccount", "", object{"handle": "nopass.test", "email": "a@example.com", "password": ""}).ok()
	c.post("createAccount", "", object{"handle": "longpass.test", "email": "b@example.com", "password": strings.Repeat("x", 99_000)}).ok()
	c.logIn("longpass.test", strings.Repeat("x", 99_000)).ok()
	advance(t, c.server, time.Second)
}

func TestDescribeServer(t *testing.T) {
	t.Parallel()
	want := object{"did": "did:web:localhost", "availableUserDomains": []any{".test"}, "inviteCodeRequired": false, "links": object{}}
	if diff := cmp.Diff(want, start(t).get("describeServer", "").ok().object()); diff != "" {
		t.Error(diff)
	}
	c := start(t, mockserver.Options{
		UserDomains: []string{"One.example", ".two.example"}, InviteRequired: true, Hostname: "pds.example",
		Links: mockserver.Links{PrivacyPolicy: "https://pds.example/privacy", TermsOfService: "https://pds.example/terms"},
	})
	want = object{
		"did": "did:web:pds.example", "availableUserDomains": []any{".one.example", ".two.example"}, "inviteCodeRequired": true,
		"links": object{"privacyPolicy": "https://pds.example/privacy", "termsOfService": "https://pds.example/terms"},
	}
	if diff := cmp.Diff(want, c.get("describeServer", "").ok().object()); diff != "" {
		t.Error(diff)
	}
}
