package behaviour

import (
	"strings"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/reports"
)

// What requirements rest on that no document says: specifications, and advice on
// what no account server may do. CWE's pages are on one weakness each.
const (
	sourceStatuses    = "https://atproto.com/specs/xrpc#summary-of-http-status-codes"
	sourceServiceAuth = "https://atproto.com/specs/xrpc#inter-service-authentication-jwt"
	// That is where it says that sessions be ended with the old password.
	sourceSessionsAfterReset = "https://cheatsheetseries.owasp.org/cheatsheets/Forgot_Password_Cheat_Sheet.html#user-resets-password"
	sourceMigration          = "https://atproto.com/guides/account-migration#creating-new-account"
	sourceHandles            = "https://atproto.com/specs/handle#handle-resolution"
	sourceReservedNames      = "https://atproto.com/specs/handle#additional-non-syntax-restrictions"
	sourceDIDs               = "https://www.w3.org/TR/did-core/#identifier"

	sourceAccess       = "https://cwe.mitre.org/data/definitions/639.html" // acting for another by naming them
	sourceRaces        = "https://cwe.mitre.org/data/definitions/367.html" // checked before, used after
	sourceRandom       = "https://cwe.mitre.org/data/definitions/330.html" // secrets that can be guessed
	sourceSessions     = "https://cwe.mitre.org/data/definitions/613.html" // sessions that outlive their end
	sourcePasswords    = "https://pages.nist.gov/800-63-3/sp800-63b.html#memsecretver"
	sourceErrorWords   = "https://cheatsheetseries.owasp.org/cheatsheets/Authentication_Cheat_Sheet.html#authentication-and-error-messages"
	sourceResetRequest = "https://cheatsheetseries.owasp.org/cheatsheets/Forgot_Password_Cheat_Sheet.html#forgot-password-request"
	sourceMailedCodes  = "https://cheatsheetseries.owasp.org/cheatsheets/Forgot_Password_Cheat_Sheet.html#url-tokens"
)

// family is what the NSIDs begin with that conditions and sources leave out.
const family = "com.atproto.server."

// sourceUnique is what it rests on that a name is used once.
func sourceUnique(authority reports.Authority) string {
	if authority == reports.Security {
		return sourceHandles
	}
	return ""
}

// observedIn names the file of the reference server in which a method does what
// was observed of it, at a commit.
func observedIn(nsid string) string {
	name := strings.TrimPrefix(nsid, family)
	if commit := observed()[name]; commit != "" {
		return "https://github.com/bluesky-social/atproto/blob/" + commit + "/packages/pds/src/api/com/atproto/server/" + name + ".ts"
	}
	return ""
}

// observed is the commit at which the file of each method is referred to.
func observed() map[string]string {
	return map[string]string{
		"activateAccount":          "379fa705f303f79a394a8b79b3060ea3eaa913d0",
		"checkAccountStatus":       "ef32c3b2f259714d3d2724ad51585af0c9b7dae7",
		"confirmEmail":             "b723a65a2c44c970662be0c225f90d16e9f6dd3a",
		"createAccount":            "2ea1541a10d646fb33a64a68d6b34ab724ec3535",
		"createAppPassword":        "06c6badd247d178333ec21fcaec537b05ca70037",
		"createInviteCode":         "375f2de209b7c4c16ee5e452ea2eaee98276595f",
		"createInviteCodes":        "b96f325b3f90cc198aa6530fd92def9b59b66dc8",
		"createSession":            "2ea1541a10d646fb33a64a68d6b34ab724ec3535",
		"deactivateAccount":        "b723a65a2c44c970662be0c225f90d16e9f6dd3a",
		"deleteAccount":            "22cf0e94cd5792f3cfa45e14487f25fb1064f2d6",
		"deleteSession":            "a03302706b5593f42e680f42a2c2fae273100ee9",
		"describeServer":           "375f2de209b7c4c16ee5e452ea2eaee98276595f",
		"getAccountInviteCodes":    "b723a65a2c44c970662be0c225f90d16e9f6dd3a",
		"getServiceAuth":           "1899b1fc16bc5cd7bb930ec697898766c3a05add",
		"getSession":               "e00c2d19acb2d8aea3446dba1548b66004891d91",
		"listAppPasswords":         "b723a65a2c44c970662be0c225f90d16e9f6dd3a",
		"refreshSession":           "78a8027cc10c36ddff276da17d07613f7143cd56",
		"requestAccountDelete":     "76b2094691dd3e016259c064c92b0b0c545ee5ac",
		"requestEmailConfirmation": "cfd5c024ee00a5e4f376797a7ee65b77c570b944",
		"requestEmailUpdate":       "34376b0f693ea14b9953a9fac4de5d2a347376d6",
		"requestPasswordReset":     "87ce9cd8443fd0d0dafcbb9dd94cbc753c203dd5",
		"reserveSigningKey":        "967f79133e11394e4a207ec022a9f4426e259723",
		"resetPassword":            "b723a65a2c44c970662be0c225f90d16e9f6dd3a",
		"revokeAppPassword":        "379fa705f303f79a394a8b79b3060ea3eaa913d0",
		"updateEmail":              "1899b1fc16bc5cd7bb930ec697898766c3a05add",
	}
}

// sourceIn is what a scenario rests on: a URL with a section, or the pointer to
// the words of the document. What the reference server does was observed of it
// unless a scenario says otherwise.
func (s scenario) sourceIn(catalog *lexicons.Catalog, method *lexicons.Method) string {
	if strings.Contains(s.source, "://") || strings.Contains(s.source, ".json#") {
		return s.source
	}
	if e := method.Error(s.error); e != nil {
		return string(e.Pointer)
	}
	if s.source == "" && s.authority == reports.Reference {
		return observedIn(method.NSID)
	}
	return string(pointer(catalog, method, s.source))
}

// pointer finds the words that a term names, in the form of a condition:
// description, input.NAME, output.NAME, params.NAME, or any of them of another
// method. The method itself where there are none.
func pointer(catalog *lexicons.Catalog, method *lexicons.Method, term string) lexicons.Pointer {
	if other, rest, found := strings.Cut(term, "#"); found {
		if method = catalog.Method(family + other); method == nil {
			return ""
		}
		term = rest
	}
	facet, name, _ := strings.Cut(term, ".")
	var found lexicons.Schema
	switch {
	case facet == "description":
		return method.At() + "/description"
	case facet == "error" && method.Error(name) != nil:
		return method.Error(name).Pointer
	case facet == "params" && method.Params != nil:
		found = method.Params.Property(name)
	case facet == "input" && method.Input.Object() != nil:
		found = method.Input.Object().Property(name)
	case facet == "output" && method.Output.Object() != nil:
		found = method.Output.Object().Property(name)
	}
	if found == nil {
		return method.At()
	}
	return found.At()
}
