package pds

import (
	"net/http"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/mockserver/internal/store"
	"github.com/pdsconform/pdsconform/mockserver/internal/token"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// Credentials is a set of kinds of credentials.
type Credentials uint

// The kinds of credentials. A method that takes NoCredentials and others
// looks at an Authorization header only where one is sent; one that takes
// NoCredentials alone never does.
const (
	NoCredentials              Credentials = 1 << iota
	AdminPassword                          // Basic, of the administrator
	AccessToken                            // of a session that the account's own password has opened
	AppPasswordToken                       // the access token of an app password's session
	PrivilegedAppPasswordToken             // the same of an app password that is privileged
	TakendownToken                         // the access token of a session that allowTakendown has opened
	RefreshToken                           // of any session
	ServiceToken                           // signed with the key of an account's DID document

	// AnyAccessToken is that of any session of an account that was not taken
	// down when the session was opened.
	AnyAccessToken = AccessToken | AppPasswordToken | PrivilegedAppPasswordToken
)

// Refusal makes the error that a method answers with to an account in a state
// in which it serves no account. A nil one stands for a state that makes no
// difference.
type Refusal func(did string) *xrpc.Error

// Rule is who may call a method: what it takes as credentials, and what it
// answers to accounts that are not as they were.
type Rule struct {
	Takes     Credentials
	AnyAge    bool // expired tokens too
	AgeOpen   bool // expired tokens are refused, and a server may just as well take them
	BodyFirst bool // the credentials are looked at after the input

	// TakenDown is of an account that was taken down, whose earlier access token
	// is sent; Deactivated of one that has deactivated itself, and Deleted of one
	// that is gone.
	TakenDown, Deactivated, Deleted Refusal
}

// Access is who may call a method, by the revision since which it holds.
// Revisions that are not named follow the one before them.
type Access map[string]Rule

// since returns the rule of a revision. That of a method which came later is the
// first that there is: documents of one revision may hold a method of the next.
func (a Access) since(revision string) (rule Rule, declared bool) {
	reached := false
	for _, named := range lexicons.Revisions() {
		if changed, found := a[named]; found && (!reached || !declared) {
			rule, declared = changed, true
		}
		reached = reached || named == revision
	}
	return rule, declared && rule.Takes != 0
}

// Scopes are those of the session tokens among the kinds.
func (c Credentials) Scopes() []string {
	var scopes []string
	for _, kind := range []struct {
		of    Credentials
		scope string
	}{
		{AccessToken, token.Access},
		{AppPasswordToken, token.AppPassword},
		{PrivilegedAppPasswordToken, token.PrivilegedAppPassword},
		{TakendownToken, token.Takendown},
		{RefreshToken, token.Refresh},
	} {
		if c&kind.of != 0 {
			scopes = append(scopes, kind.scope)
		}
	}
	return scopes
}

// refuses returns what the rule answers to an account that is as the store
// tells, nil where it is served.
func (r Rule) refuses(did string, account store.Account, found bool) error {
	refusal := Refusal(nil)
	switch {
	case !found:
		refusal = r.Deleted
	case account.TakenDown:
		refusal = r.TakenDown
	case account.Deactivated:
		refusal = r.Deactivated
	}
	if refusal == nil {
		return nil
	}
	return refusal(did)
}

// looksAtAccount reports whether the rule asks what state an account is in.
func (r Rule) looksAtAccount() bool {
	return r.TakenDown != nil || r.Deactivated != nil || r.Deleted != nil
}

// The refusals of accounts in some state.

func takenDown(string) *xrpc.Error { return xrpc.AccountTakedown() }

func unknownAccount(did string) *xrpc.Error {
	return xrpc.InvalidRequest("Could not find user info for account: " + did)
}

func accountNotFound(string) *xrpc.Error {
	return &xrpc.Error{Status: http.StatusForbidden, Name: "AccountNotFound", Message: "Account not found"}
}

func inactive(string) *xrpc.Error {
	return &xrpc.Error{Status: http.StatusBadRequest, Name: "NotFound", Message: "Account is deactivated"}
}
