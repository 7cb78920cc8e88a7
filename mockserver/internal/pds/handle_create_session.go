package pds

// Document: lexicons/2023-04/com/atproto/server/createSession.json
// Source: https://github.com/bluesky-social/atproto/blob/main/lexicons/com/atproto/server/createSession.json

import (
	"context"
	"strings"

	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/store"
	"github.com/pdsconform/pdsconform/mockserver/internal/token"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// createSession opens a session with the account's password, with a mailed code
// besides where the account asks for one, or with an app password.
func (s *Server) createSession(ctx context.Context, call *xrpc.Call) (lexval.Object, error) {
	var opened opening
	err := s.transact(ctx, call, func(tx *store.Tx) (err error) {
		if opened, err = s.open(tx, call); err == nil && opened.refusal == nil && opened.scope != token.Takendown {
			tx.PutSession(opened.session, s.Clock.Now())
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if opened.refusal != nil {
		s.mailFactor(opened)
		return nil, opened.refusal
	}
	return append(s.sessionOutput(ctx, call, opened.account), s.tokensWith(opened.session, opened.scope)...), nil
}

// opening is what became of a log-in.
type opening struct {
	account store.Account
	session store.Session
	scope   string          // of its access token
	code    store.MailToken // to be mailed with the refusal
	refusal error           // that is told after what was written is committed
}

// open finds the account and holds the password against it.
func (s *Server) open(tx *store.Tx, call *xrpc.Call) (opening, error) {
	input := call.Input
	password := input.String("password")
	account, found := accountOf(tx, strings.ToLower(input.String("identifier")))
	if !found {
		return opening{}, WrongCredentials()
	}
	opened := opening{account: account, session: s.NewSession(account.DID), scope: token.Access}
	ownPassword := account.Password.Matches(s.PasswordText(password))
	if !ownPassword && !OpenWithAppPassword(tx, &opened.session, password) {
		return opening{}, WrongCredentials()
	}
	if !ownPassword {
		s.nameBySecond(&opened.session)
		opened.scope = appPasswordScope(tx.AppPasswords(account.DID), opened.session.AppPassword)
	}
	switch {
	case account.TakenDown && ownPassword && input.Boolean("allowTakendown"):
		opened.scope = token.Takendown
	case account.TakenDown && !ownPassword && !s.values.TellsAppPasswords:
		return opening{}, WrongCredentials()
	case account.TakenDown:
		return opening{}, xrpc.AccountTakedown()
	}
	if account.AuthFactor && ownPassword && call.Takes("authFactorToken") {
		return s.askForFactor(tx, opened, input.String("authFactorToken"))
	}
	return opened, nil
}

// WrongCredentials does not tell which of the two is wrong.
func WrongCredentials() error {
	return xrpc.AuthenticationRequired("Invalid identifier or password")
}

// accountOf finds an account by an address, which has an @, by a DID or by a
// handle.
func accountOf(tx *store.Tx, identifier string) (store.Account, bool) {
	switch {
	case strings.Contains(identifier, "@"):
		return tx.AccountByEmail(identifier)
	case strings.HasPrefix(identifier, "did:"):
		return tx.Account(identifier)
	}
	return tx.AccountByHandle(identifier)
}

// OpenWithAppPassword marks the session as that of the app password which
// matches, if one does.
func OpenWithAppPassword(tx *store.Tx, session *store.Session, password string) bool {
	for _, known := range tx.AppPasswords(session.DID) {
		if known.Password.Matches(password) {
			session.WithAppPassword, session.AppPassword = true, known.Name
			return true
		}
	}
	return false
}
