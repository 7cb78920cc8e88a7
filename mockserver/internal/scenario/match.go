package scenario

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/pdsconform/pdsconform/mockserver/internal/pds"
	"github.com/pdsconform/pdsconform/mockserver/internal/store"
	"github.com/pdsconform/pdsconform/mockserver/internal/token"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// calledMethod returns the NSID that a request calls; preflights call nothing,
// and what a server tells about its health isn't a method.
func calledMethod(r *http.Request) (nsid string, isCall bool) {
	nsid, isCall = strings.CutPrefix(r.URL.Path, "/xrpc/")
	return nsid, isCall && r.Method != http.MethodOptions
}

// Concerned names whom a request concerns, in lower case: whom its input or
// its parameters name or, where these name nobody, whose token it bears.
func (s *Set) Concerned(r *http.Request) []string {
	if named := s.namedIn(xrpc.PeekBody(r)); len(named) > 0 {
		return named
	}
	query := r.URL.Query()
	if name := cmp.Or(query.Get("handle"), query.Get("repo")); name != "" {
		return []string{strings.ToLower(name)}
	}
	raw, given := pds.BearerToken(r)
	if !given {
		return []string{}
	}
	claims, err := s.core.Tokens.VerifyAnyAge(raw, token.Access, token.AppPassword, token.Refresh)
	if err != nil {
		return []string{}
	}
	return []string{strings.ToLower(claims.Subject)}
}

// namedIn finds the members by which inputs of com.atproto.server name an
// account. The code of a mail does so as well.
func (s *Set) namedIn(body []byte) []string {
	var input struct {
		Identifier, Handle, Email, DID, ForAccount, Token, Repo any
		ForAccounts                                             []any
	}
	if len(body) == 0 || json.Unmarshal(body, &input) != nil {
		return nil
	}
	members := append([]any{input.Identifier, input.Handle, input.Email, input.DID, input.ForAccount, input.Repo}, input.ForAccounts...)
	var names []string
	for _, member := range members {
		if name, isText := member.(string); isText && name != "" {
			names = append(names, strings.ToLower(name))
		}
	}
	if code, isText := input.Token.(string); isText {
		tx := s.core.Store.Begin()
		for _, purpose := range []store.MailPurpose{store.ResetPassword, store.DeleteAccount} {
			if found, ok := tx.MailTokenByText(purpose, pds.Canonical(code)); ok {
				names = append(names, strings.ToLower(found.DID))
			}
		}
	}
	return names
}

// concerns reports whether one of the names is the account, by the name that
// is asked for or by another one that it has.
func (s *Set) concerns(names []string, account string) bool {
	if slices.Contains(names, strings.ToLower(account)) {
		return true
	}
	wanted, found := s.core.Find(account)
	return found && slices.ContainsFunc(names, func(name string) bool {
		return name == wanted.Handle || name == wanted.Email || name == strings.ToLower(wanted.DID)
	})
}
