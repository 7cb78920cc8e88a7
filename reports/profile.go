package reports

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// profile is a part of an account server that can be had by itself: the
// requirements whose IDs lie below one of the patterns. Of several patterns that
// fit, the longest decides.
type profile struct {
	name    string
	methods []string // in the order in which a server is built
	other   []string // patterns of IDs that belong here and not to their method's profile
}

// profiles are all of them, in the order in which a server is built.
var profiles = []profile{
	{name: "sign-up", methods: []string{"describeServer", "createAccount"}},
	{name: "sessions", methods: []string{"createSession", "getSession", "refreshSession", "deleteSession"}, other: []string{"xrpc"}},
	{name: "app-passwords", methods: []string{"createAppPassword", "listAppPasswords", "revokeAppPassword"}, other: []string{
		"server.createSession.takedown.app-password", "server.getSession.app-password", "server.refreshSession.app-password",
		"server.deleteSession.app-password",
	}},
	{name: "invites", methods: []string{"createInviteCode", "createInviteCodes", "getAccountInviteCodes"}, other: []string{"server.createAccount.invite"}},
	{name: "recovery", methods: []string{"requestPasswordReset", "resetPassword"}},
	{name: "email", methods: []string{"requestEmailConfirmation", "confirmEmail", "requestEmailUpdate", "updateEmail"}},
	{name: "status", methods: []string{"checkAccountStatus", "deactivateAccount", "activateAccount"}},
	{name: "deletion", methods: []string{"requestAccountDelete", "deleteAccount"}},
	{name: "service-auth", methods: []string{"getServiceAuth", "reserveSigningKey"}},
}

// Profiles returns the names of all profiles, in the order in which a server is
// built.
func Profiles() []string {
	names := make([]string, len(profiles))
	for i, p := range profiles {
		names[i] = p.name
	}
	return names
}

// ProfileOf returns the profile that a requirement belongs to, empty for one of
// a method that no profile knows.
func ProfileOf(id string) string {
	for {
		if name := profileByPrefix()[id]; name != "" {
			return name
		}
		dot := strings.LastIndexByte(id, '.')
		if dot < 0 {
			return ""
		}
		id = id[:dot]
	}
}

// profileByPrefix are the profiles by the dotted prefixes of requirements that
// belong to them; of two prefixes the longer one counts.
var profileByPrefix = sync.OnceValue(func() map[string]string {
	names := map[string]string{}
	for _, p := range profiles {
		for _, prefix := range p.other {
			names[prefix] = p.name
		}
		for _, method := range p.methods {
			names["server."+method] = p.name
		}
	}
	return names
})

// BuildOrder returns where a method stands in the order in which a server is
// built: description, sign-up, sessions, and so on. Methods that no profile knows
// come after those, the protocol itself last.
func BuildOrder(endpoint string) int {
	at := 0
	for _, p := range profiles {
		for _, method := range p.methods {
			if endpoint == "com.atproto.server."+method {
				return at
			}
			at++
		}
	}
	if !strings.Contains(endpoint, ".") {
		return at + 1
	}
	return at
}

// Standing is what a report says of one profile.
type Standing string

// The standings.
const (
	StandingConforms       Standing = "conforms"        // something was checked, and nothing that gates failed
	StandingFails          Standing = "fails"           // something that gates failed, known or not
	StandingNotImplemented Standing = "not implemented" // the target has none of its methods
	StandingNotChecked     Standing = "not checked"     // nothing of it was checked
)

// ProfileVerdict is the verdict on one profile.
type ProfileVerdict struct {
	Name     string   `json:"name"`
	Standing Standing `json:"standing"`
	Checked  int      `json:"checked"`  // requirements of it that came to a verdict
	Selected int      `json:"selected"` // requirements of it that the user didn't exclude
}

// String is the verdict in a few words: "sessions conforms (120 of 131)".
func (v ProfileVerdict) String() string {
	return v.Name + " " + v.words()
}

func (v ProfileVerdict) words() string {
	return fmt.Sprintf("%s (%d of %d)", v.Standing, v.Checked, v.Selected)
}

// profileWords are the verdicts on the profiles in one line, empty where there is
// none.
func (r *Report) profileWords() string {
	words := make([]string, len(r.Summary.Profiles))
	for i, verdict := range r.Summary.Profiles {
		words[i] = verdict.String()
	}
	return strings.Join(words, ", ")
}

// profileVerdicts returns the verdicts on the profiles that the selection has
// requirements of, in the order in which a server is built.
func profileVerdicts(results []Result, strict bool) []ProfileVerdict {
	of := map[string][]Result{}
	for _, result := range results {
		if result.Outcome == Excluded {
			continue
		}
		if name := ProfileOf(result.ID); name != "" {
			of[name] = append(of[name], result)
		}
	}
	verdicts := []ProfileVerdict{}
	for _, name := range Profiles() {
		if len(of[name]) > 0 {
			verdicts = append(verdicts, newProfileVerdict(name, of[name], strict))
		}
	}
	return verdicts
}

func newProfileVerdict(name string, results []Result, strict bool) ProfileVerdict {
	has, lacks, fails := false, false, false
	for _, result := range results {
		known := result.Outcome == KnownFailure && result.binds(strict)
		fails = fails || result.Gates(strict) || known
		lacks = lacks || result.NotImplemented
		has = has || result.Outcome != Blocked && !result.NotImplemented && isMethodOf(name, result.Endpoint)
	}
	c := newCensus(results, strict)
	verdict := ProfileVerdict{Name: name, Standing: StandingConforms, Checked: c.checked(), Selected: len(results)}
	switch {
	case lacks && !has:
		verdict.Standing = StandingNotImplemented
	case fails:
		verdict.Standing = StandingFails
	case verdict.Checked == 0:
		verdict.Standing = StandingNotChecked
	}
	return verdict
}

// isMethodOf reports whether a profile has a method of its own by that NSID.
func isMethodOf(name, endpoint string) bool {
	return slices.ContainsFunc(profiles, func(p profile) bool {
		return p.name == name && slices.Contains(p.methods, strings.TrimPrefix(endpoint, "com.atproto.server."))
	})
}

// InBuildOrder compares two results: by method in the order in which a server is
// built, then by ID, the success of a method before all else of it.
func InBuildOrder(a, b Result) int {
	success := func(r Result) int {
		if strings.HasSuffix(r.ID, ".success") {
			return 0
		}
		return 1
	}
	return cmp.Or(cmp.Compare(BuildOrder(a.Endpoint), BuildOrder(b.Endpoint)), cmp.Compare(a.Endpoint, b.Endpoint),
		cmp.Compare(success(a), success(b)), cmp.Compare(a.ID, b.ID))
}
