package target

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

const (
	deleteAccount        = "com.atproto.server.deleteAccount"
	requestAccountDelete = "com.atproto.server.requestAccountDelete"
	createAppPassword    = "com.atproto.server.createAppPassword"
	revokeAppPassword    = "com.atproto.server.revokeAppPassword"
	requestPasswordReset = "com.atproto.server.requestPasswordReset"
	resetPassword        = "com.atproto.server.resetPassword"
	adminDeleteAccount   = "com.atproto.admin.deleteAccount"
	updateEmail          = "com.atproto.server.updateEmail"
	describeRepo         = "com.atproto.repo.describeRepo"
)

// requestsPerRemoval is how many requests the removal of an account takes at
// most: log in, ask, delete, or the admin's own method.
const requestsPerRemoval = 4

// direct sends requests outside any case, and tells the target what they made.
type direct struct{ target *Target }

// Do sends a request, and again where a limit has refused it and no budget
// counts that.
func (d direct) Do(ctx context.Context, request xrpc.Request) xrpc.Exchange {
	client := d.target.options.Client
	send := client.Ask
	if d.target.options.BudgetRequests > 0 {
		send = client.AskOnce
	}
	exchange := send(ctx, request)
	d.target.Track(exchange)
	return exchange
}

// driverTime is how long a driver may take for one thing while the run removes
// what it has made: less than while it checks, since somebody waits for its end.
const driverTime = 20 * time.Second

// CleanUp removes every account that the run has made, and its app passwords
// from the account that it was given. It goes on after a failure and returns
// the number of accounts that are left.
func (t *Target) CleanUp(ctx context.Context) int {
	t.revokeAppPasswords(ctx)
	work := make(chan left)
	var workers sync.WaitGroup
	for range t.Parallel() {
		workers.Go(func() {
			for account := range work {
				// What could not be removed stays in the ledger, which counts it.
				_ = t.remove(ctx, account)
			}
		})
	}
	for _, account := range t.ledger.remaining() {
		work <- account
	}
	close(work)
	workers.Wait()
	return t.AccountsLeft()
}

// remove deletes one account: by the code that is mailed to it, or by the
// admin's own method where mail can't be read.
func (t *Target) remove(ctx context.Context, account left) error {
	if account.down {
		// Where that fails, the account may not have been taken down at all.
		_ = t.reinstate(ctx, account)
	}
	if t.has(Mail) {
		if err := t.removeByCode(ctx, account); err == nil {
			return nil
		}
	}
	if t.has(Admin) && account.DID != "" {
		exchange := direct{t}.Do(ctx, t.AsAdmin(xrpc.Procedure(adminDeleteAccount, map[string]any{"did": account.DID})))
		if exchange.Succeeded() {
			t.removed(account)
			return nil
		}
	}
	if !t.seenGone(ctx, account) {
		return t.Missing(Mail)
	}
	t.removed(account)
	t.ledger.mutex.Lock()
	defer t.ledger.mutex.Unlock()
	t.ledger.vanished++
	return nil
}

func (t *Target) reinstate(ctx context.Context, account left) error {
	ctx, cancel := context.WithTimeoutCause(ctx, driverTime, &late{driverTime})
	defer cancel()
	return t.SetTakedown(ctx, account.DID, false)
}

// seenGone reports whether the target says that there is no such account. One
// that is taken down or deactivated is still there, and a target without the
// method says nothing.
func (t *Target) seenGone(ctx context.Context, account left) bool {
	if account.DID == "" || t.options.BudgetRequests > 0 {
		return false
	}
	exchange := direct{t}.Do(ctx, xrpc.Query(describeRepo, url.Values{"repo": {account.DID}}))
	name := exchange.ErrorName()
	return exchange.Status == http.StatusBadRequest && (name == "RepoNotFound" || name == "AccountNotFound" ||
		name == "InvalidRequest" && strings.Contains(strings.ToLower(exchange.String("message")), "could not find"))
}

func (t *Target) removed(account left) {
	t.ledger.mutex.Lock()
	defer t.ledger.mutex.Unlock()
	t.gone(account.key())
}

// removeByCode deletes an account by the code that is mailed to it. Where that is
// refused, its password may be one that the run never learned of: a reset whose
// answer nobody waited for. Then it gets another by mail.
func (t *Target) removeByCode(ctx context.Context, account left) error {
	err := t.deleteByCode(ctx, account)
	var refusal *Refusal
	if !errors.As(err, &refusal) || !refusal.Exchange.Refused() || t.options.BudgetRequests > 0 {
		return err
	}
	if account.Password, err = t.resetByCode(ctx, account); err != nil {
		return err
	}
	return t.deleteByCode(ctx, account)
}

// deleteByCode asks for the code with the session of the sign-up where that still
// holds: log-ins are limited, and a password may have been changed.
func (t *Target) deleteByCode(ctx context.Context, account left) error {
	if err := t.giveAddress(ctx, &account); err != nil {
		return err
	}
	box, err := t.mailbox(ctx, account.Email, driverTime)
	if err != nil {
		return err
	}
	did, err := t.askForDeletion(ctx, account)
	if err != nil {
		return err
	}
	code, err := box.Code(ctx, AboutDeletion())
	if err != nil {
		return err
	}
	exchange := direct{t}.Do(ctx, xrpc.Procedure(deleteAccount, map[string]any{
		"did": cmp.Or(did, account.DID), "password": account.Password, "token": code}))
	if !exchange.Succeeded() {
		return &Refusal{exchange, "the deletion was refused"}
	}
	t.removed(account)
	return nil
}

// giveAddress gives an account that was made without an e-mail address one that
// the code can be mailed to.
func (t *Target) giveAddress(ctx context.Context, account *left) error {
	if account.Email != "" || t.options.BudgetRequests > 0 {
		return nil
	}
	sender := direct{t}
	session, err := SessionOf(sender.Do(ctx, LoginRequest(account.key(), account.Password)))
	if err != nil {
		return err
	}
	email := t.NewIdentity().Email
	if exchange := sender.Do(ctx, xrpc.Procedure(updateEmail, map[string]any{"email": email}).WithBearer(session.Access)); !exchange.Succeeded() {
		return &Refusal{exchange, "an e-mail address was refused"}
	}
	account.Email = email
	return t.emailChanged(account.DID, account.Handle, email)
}

// resetByCode gives an account another password by the code that is mailed to it.
func (t *Target) resetByCode(ctx context.Context, account left) (password string, err error) {
	box, err := t.mailbox(ctx, account.Email, driverTime)
	if err != nil {
		return "", err
	}
	if asked := (direct{t}).Do(ctx, xrpc.Procedure(requestPasswordReset, map[string]any{"email": account.Email})); !asked.Succeeded() {
		return "", &Refusal{asked, "the reset was refused"}
	}
	code, err := box.Code(ctx, AboutReset())
	if err != nil {
		return "", err
	}
	password = t.NewPassword()
	if set := (direct{t}).Do(ctx, xrpc.Procedure(resetPassword, map[string]any{"token": code, "password": password})); !set.Succeeded() {
		return "", &Refusal{set, "the reset was refused"}
	}
	return password, nil
}

// askForDeletion has the code mailed, and returns the DID where the target told
// it.
func (t *Target) askForDeletion(ctx context.Context, account left) (did string, err error) {
	sender := direct{t}
	ask := func(access string) xrpc.Exchange {
		return sender.Do(ctx, xrpc.ProcedureWithoutInput(requestAccountDelete).WithBearer(access))
	}
	spares := t.options.BudgetRequests > 0 // what a removal may take is reckoned without the session
	if account.Access != "" && account.DID != "" && !spares && ask(account.Access).Succeeded() {
		return account.DID, nil
	}
	login := sender.Do(ctx, LoginRequest(account.key(), account.Password))
	if !login.Succeeded() && account.DID != "" {
		login = sender.Do(ctx, LoginRequest(account.Handle, account.Password))
	}
	if !login.Succeeded() && account.Refresh != "" && !spares {
		login = sender.Do(ctx, xrpc.ProcedureWithoutInput(refreshSession).WithBearer(account.Refresh))
	}
	session, err := SessionOf(login)
	if err != nil {
		return "", err
	}
	if asked := ask(session.Access); !asked.Succeeded() {
		return "", &Refusal{asked, "the deletion was refused"}
	}
	return login.String("did"), nil
}

func (t *Target) revokeAppPasswords(ctx context.Context) {
	given := t.given.Load()
	if given == nil {
		return
	}
	sender := direct{t}
	session, err := given.Session(ctx, sender)
	if err != nil {
		return
	}
	t.ledger.mutex.Lock()
	names := slices.Sorted(maps.Keys(t.ledger.appPasswords))
	t.ledger.mutex.Unlock()
	for _, name := range names {
		sender.Do(ctx, xrpc.Procedure(revokeAppPassword, map[string]any{"name": name}).WithBearer(session.Access))
	}
}

// AppPasswordsLeft is the number of app passwords that the run could not
// remove from the account that it was given.
func (t *Target) AppPasswordsLeft() int {
	t.ledger.mutex.Lock()
	defer t.ledger.mutex.Unlock()
	return len(t.ledger.appPasswords)
}

// CleanUpRemains removes what the journal of another run says is left. One
// whose sign-up was not answered before the run ended is looked for by logging
// in: where that is refused, it was never made. The error names what is still
// there, or may be.
func (t *Target) CleanUpRemains(ctx context.Context, remains Remains) (removed int, err error) {
	for _, account := range remains.accounts {
		if account.DID == "" {
			exchange := direct{t}.Do(ctx, LoginRequest(account.Handle, account.Password))
			account.DID = exchange.String("did")
			switch {
			case exchange.Succeeded() && account.DID != "":
			case exchange.ErrorName() == "AccountTakedown":
				err = fmt.Errorf("%s was taken down and can't be deleted before it is reinstated", account.Handle)
				continue
			case exchange.Err != nil || exchange.Status == http.StatusTooManyRequests:
				err = fmt.Errorf("%s could not be looked for: the target did not answer, or limits requests", account.Handle)
				continue
			default:
				continue
			}
		}
		account.down = account.down && t.has(Takedown)
		t.ledger.accounts[account.key()] = &account
	}
	found := len(t.ledger.accounts)
	if len(remains.appPasswords) > 0 && !t.isGiven(ctx, remains.owner) {
		err = fmt.Errorf("the app passwords of %s need --account to be removed", remains.owner)
	} else {
		for _, name := range remains.appPasswords {
			t.ledger.appPasswords[name] = true
		}
	}
	if remaining := t.CleanUp(ctx); remaining > 0 {
		err = fmt.Errorf("%d accounts could not be deleted, or not be seen to be gone: that needs the target's mail or an admin method (%s)", remaining, some(t.Left()))
	}
	if number := t.AppPasswordsLeft(); number > 0 {
		err = fmt.Errorf("%d app passwords of %s could not be revoked", number, remains.owner)
	}
	return found - t.AccountsLeft() - t.ledger.vanished, err
}

// some joins the first of many names.
func some(names []string) string {
	const most = 10
	if len(names) > most {
		names = append(slices.Clone(names[:most]), fmt.Sprintf("and %d more", len(names)-most))
	}
	return strings.Join(names, ", ")
}

// isGiven reports whether an account is the one that the run was given, under
// any of its names.
func (t *Target) isGiven(ctx context.Context, name string) bool {
	if t.options.AccountHandle == "" {
		return false
	}
	account, err := t.Shared(ctx, direct{t})
	if err != nil {
		return false
	}
	names := []string{t.options.AccountHandle, account.Handle, account.DID, account.Email}
	return slices.ContainsFunc(names, func(known string) bool { return strings.EqualFold(known, name) })
}
