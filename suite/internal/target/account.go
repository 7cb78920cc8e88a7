package target

import (
	"context"
	"crypto/sha256"
	"strings"
	"sync/atomic"

	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// Account is an account that the run has made or was given.
type Account struct {
	Identity
	DID string

	target  *Target
	login   requestMutex // held while the session is made anew
	opening requestMutex // held while a case opens a session of its own
	kept    atomic.Pointer[keptSession]
	Given   bool
}

// keptSession is a session with the target's count of clock moves when it was
// made.
type keptSession struct {
	Session
	moved int
}

// named is an account that cases share by its name, nil before it was made.
type named struct {
	making  requestMutex
	account atomic.Pointer[Account]
}

// Session is a pair of tokens.
type Session struct{ Access, Refresh string }

// SignUp makes an account under a new identity.
func (t *Target) SignUp(ctx context.Context, sender Sender) (*Account, error) {
	if missing := t.Missing(SignUp); missing != nil {
		return nil, missing
	}
	identity := t.NewIdentity()
	request, err := t.SignUpRequest(ctx, sender, identity)
	if err != nil {
		return nil, err
	}
	exchange := sender.Do(ctx, request)
	if refusesCode(exchange) && text(request, "inviteCode") == "" && t.InviteRequired() {
		return t.SignUp(ctx, sender) // now that it is known, with a code
	}
	return t.Adopt(identity, exchange)
}

// SignUpRequest is the request that makes an account, with an invite code
// where the target wants one.
func (t *Target) SignUpRequest(ctx context.Context, sender Sender, identity Identity) (xrpc.Request, error) {
	request := xrpc.Procedure(createAccount, map[string]any{
		"handle": identity.Handle, "email": identity.Email, "password": identity.Password,
	})
	if !t.InviteRequired() {
		return request, nil
	}
	code, err := t.InviteCode(ctx, sender, 1)
	if err != nil {
		return request, err
	}
	return request.With("inviteCode", code), nil
}

// InviteCode gets an invite code: of that many uses where an admin credential
// is at hand, otherwise the one that the run was given.
func (t *Target) InviteCode(ctx context.Context, sender Sender, uses int) (string, error) {
	if missing := t.Missing(SignUp); missing != nil {
		return "", missing
	}
	if t.has(Admin) {
		exchange := sender.Do(ctx, t.AsAdmin(xrpc.Procedure(createInviteCode, map[string]any{"useCount": uses})))
		return stringMember(exchange, "code")
	}
	if t.options.InviteCode != "" {
		return t.options.InviteCode, nil
	}
	return "", &Missing{SignUp, reasons()[SignUp], unlocks()[SignUp]}
}

// Adopt makes an account of a successful answer to createAccount.
func (t *Target) Adopt(identity Identity, exchange xrpc.Exchange) (*Account, error) {
	if !exchange.Succeeded() {
		return nil, &Refusal{exchange, "a well-formed request was not answered with success"}
	}
	account := &Account{Identity: identity, target: t}
	did, err := stringMember(exchange, "did")
	if err != nil {
		return nil, err
	}
	account.DID = did
	return account, account.take(exchange)
}

// Account returns the account of that name, made when it is first asked for.
// Cases that leave an account as they found it share one by its name.
func (t *Target) Account(ctx context.Context, sender Sender, name string) (*Account, error) {
	return t.named(name, func() (*Account, error) { return t.SignUp(ctx, sender) })
}

// named returns the account of that name. Whoever asks while it is being made
// waits for it, and makes it where that has failed.
func (t *Target) named(name string, produce func() (*Account, error)) (*Account, error) {
	t.mutex.Lock()
	entry := t.accounts[name]
	if entry == nil {
		entry = new(named)
		t.accounts[name] = entry
	}
	t.mutex.Unlock()
	entry.making.lock(t)
	defer entry.making.unlock()
	if account := entry.account.Load(); account != nil {
		return account, nil
	}
	account, err := produce()
	if err == nil {
		entry.account.Store(account)
	}
	return account, err
}

// borrowers is how many accounts are made before one is borrowed a second time:
// servers limit what one account may ask for in an hour.
const borrowers = 6

// Borrow returns an account that was given back, the one that has rested
// longest, or a new one while there are few or all are in use.
func (t *Target) Borrow(ctx context.Context, sender Sender) (*Account, error) {
	t.mutex.Lock()
	if t.lent >= borrowers && len(t.idle) > 0 {
		account := t.idle[0]
		t.idle = t.idle[1:]
		t.mutex.Unlock()
		return account, nil
	}
	t.lent++
	t.mutex.Unlock()
	return t.SignUp(ctx, sender)
}

// GiveBack lets others borrow an account.
func (t *Target) GiveBack(account *Account) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.idle = append(t.idle, account)
}

// sharedName is the name under which the shared account is kept.
const sharedName = "shared"

// Shared returns the account that cases read from and log in to: the one that
// the run was given, or one that it makes.
func (t *Target) Shared(ctx context.Context, sender Sender) (*Account, error) {
	if t.options.AccountHandle != "" {
		return t.named(sharedName, func() (*Account, error) { return t.logInToGiven(ctx, sender) })
	}
	if missing := t.Missing(Login); missing != nil {
		return nil, missing
	}
	return t.Account(ctx, sender, sharedName)
}

// impersonatedName is the name under which the impersonated account is kept.
const impersonatedName = "impersonated"

// Impersonated returns the account whose tokens are altered, expired or shown
// where they don't belong. It is one of its own where one can be made: a target
// that takes such a token changes the account.
func (t *Target) Impersonated(ctx context.Context, sender Sender) (*Account, error) {
	if t.Missing(SignUp) == nil {
		account, err := t.Account(ctx, sender, impersonatedName)
		if err == nil || t.options.AccountHandle == "" {
			return account, err
		}
	}
	return t.Shared(ctx, sender)
}

// ImpersonatedTaken takes note that the target took what it should have refused:
// who asks next gets another account.
func (t *Target) ImpersonatedTaken() {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	delete(t.accounts, impersonatedName)
}

func (t *Target) logInToGiven(ctx context.Context, sender Sender) (*Account, error) {
	account := &Account{target: t, Given: true,
		Identity: Identity{Handle: t.options.AccountHandle, Password: t.options.AccountPassword}}
	exchange := sender.Do(ctx, account.LoginRequest(account.Handle))
	if !exchange.Succeeded() {
		return nil, &Missing{Login, "the target refused the given account", unlocks()[Login]}
	}
	account.DID, account.Email = exchange.String("did"), exchange.String("email")
	account.Handle = exchange.String("handle")
	if err := account.take(exchange); err != nil {
		return nil, err
	}
	t.given.Store(account)
	return account, nil
}

// LoginRequest asks for a session by any identifier, with the account's
// password.
func (a *Account) LoginRequest(identifier string) xrpc.Request {
	return LoginRequest(identifier, a.Password)
}

// LoginRequest asks for a session.
func LoginRequest(identifier, password string) xrpc.Request {
	return xrpc.Procedure(createSession, map[string]any{"identifier": identifier, "password": password})
}

// Login makes a new session with the account's password. It is not kept.
func (a *Account) Login(ctx context.Context, sender Sender) (Session, error) {
	return SessionOf(sender.Do(ctx, a.LoginRequest(a.Handle)))
}

// Session returns a session that the account keeps, made anew after the
// target's clock was moved.
func (a *Account) Session(ctx context.Context, sender Sender) (Session, error) {
	a.login.lock(a.target)
	defer a.login.unlock()
	if session, ok := a.current(); ok {
		return session, nil
	}
	exchange := sender.Do(ctx, a.LoginRequest(a.Handle))
	if err := a.take(exchange); err != nil {
		return Session{}, err
	}
	return SessionOf(exchange)
}

// current is the session that the account keeps, where there is one from after
// the last move of the target's clock.
func (a *Account) current() (Session, bool) {
	kept := a.kept.Load()
	if kept == nil || kept.moved != a.target.Moved() {
		return Session{}, false
	}
	return kept.Session, true
}

// Forget drops the session that the account keeps.
func (a *Account) Forget() { a.kept.Store(nil) }

// Keep replaces the session that the account keeps.
func (a *Account) Keep(session Session) {
	a.target.handedOut.handOut(session)
	a.kept.Store(&keptSession{session, a.target.Moved()})
	a.target.keepers.Store(sha256.Sum256([]byte(session.Access)), a)
	a.target.longSessions.keep(a)
}

// WhoAmI is the method that tells whose session it is.
const WhoAmI = getSession

// EndedMeanwhile reports whether a request was refused with a session that some
// account kept, and that the target ended since: it is refused by getSession as
// well, or another case has found so already. The account makes another then.
func (t *Target) EndedMeanwhile(ctx context.Context, exchange xrpc.Exchange) bool {
	token, bearer := strings.CutPrefix(exchange.Request.Authorization, "Bearer ")
	if !bearer || !exchange.Refused() {
		return false
	}
	found, known := t.keepers.Load(sha256.Sum256([]byte(token)))
	account, _ := found.(*Account)
	if !known {
		return false
	}
	kept := account.kept.Load()
	if kept == nil || kept.Access != token {
		return true
	}
	if !(direct{t}).Do(ctx, xrpc.Query(WhoAmI, nil).WithBearer(token)).Refused() {
		return false
	}
	account.kept.CompareAndSwap(kept, nil)
	return true
}

func (a *Account) take(exchange xrpc.Exchange) error {
	session, err := SessionOf(exchange)
	if err == nil {
		a.Keep(session)
	}
	return err
}

// SessionOf reads the tokens of a successful answer.
func SessionOf(exchange xrpc.Exchange) (Session, error) {
	if !exchange.Succeeded() {
		return Session{}, &Refusal{exchange, "a well-formed request was not answered with success"}
	}
	access, err := stringMember(exchange, "accessJwt")
	if err != nil {
		return Session{}, err
	}
	refresh, err := stringMember(exchange, "refreshJwt")
	return Session{access, refresh}, err
}

func stringMember(exchange xrpc.Exchange, name string) (string, error) {
	if !exchange.Succeeded() {
		return "", &Refusal{exchange, "a well-formed request was not answered with success"}
	}
	if value := exchange.String(name); value != "" {
		return value, nil
	}
	return "", &Refusal{exchange, "the answer has no " + name}
}

// RevokeAppPassword removes an app password of an account, outside any case.
// Whether it is still there makes no difference.
func (t *Target) RevokeAppPassword(ctx context.Context, account *Account, name string) {
	if session, ok := account.current(); ok {
		direct{t}.Do(ctx, xrpc.Procedure(revokeAppPassword, map[string]any{"name": name}).WithBearer(session.Access))
	}
}
