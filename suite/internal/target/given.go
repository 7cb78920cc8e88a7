package target

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// CheckGiven checks, once the target was probed, what the caller has given: the
// domain for handles, the admin credential, the account, the way to the mail,
// and, where accounts are made anyway, the invite code and the control server
// by the first of them. Nobody's agreement to that account is passed over. The
// error is a *Mistake, and nil where nothing definite was seen: a target that
// merely answers wrongly is for the requirements to judge.
func (t *Target) CheckGiven(ctx context.Context, makesAccounts bool) error {
	for _, check := range []func(context.Context) error{t.checkDomain, t.CheckAdmin, t.checkAccount, t.checkMail} {
		if err := check(ctx); err != nil {
			return err
		}
	}
	if makesAccounts {
		t.AskForInvites(ctx)
	}
	if makesAccounts || t.options.AccountHandle != "" {
		return t.checkByAccount(ctx)
	}
	return nil
}

// AskForInvites finds out by the first account whether a sign-up takes an invite
// code, where describeServer doesn't say. What else comes of it is for the cases
// to tell.
func (t *Target) AskForInvites(ctx context.Context) {
	if _, said := t.invitesSaid(); said || t.Missing(SignUp) != nil {
		return
	}
	name := sharedName
	if t.options.AccountHandle != "" {
		name = "own"
	}
	_, _ = t.Account(ctx, &careful{target: t}, name)
}

func (t *Target) checkDomain(context.Context) error {
	offered, domain := t.UserDomains(), t.HandleDomain()
	if t.options.HandleDomain == "" || len(offered) == 0 {
		return nil
	}
	if slices.ContainsFunc(offered, func(one string) bool { return strings.EqualFold(one, domain) }) {
		return nil
	}
	return mistake("--handle-domain %s is none that the target offers: give one of %s, or leave it out", domain, strings.Join(offered, ", "))
}

// CheckAdmin returns a *Mistake where the target refuses the admin credential.
func (t *Target) CheckAdmin(context.Context) error {
	if !t.adminRefused {
		return nil
	}
	return mistake("--admin-password: the target refuses the admin credential (createInviteCode as admin gave %s): correct it, or leave it out", t.adminAnswer)
}

// checkAccount logs in to the given account. The session is kept.
func (t *Target) checkAccount(ctx context.Context) error {
	if t.options.AccountHandle == "" {
		return nil
	}
	sender := &careful{target: t}
	if _, err := t.Shared(ctx, sender); err == nil || !refuses(sender.last) {
		return nil
	}
	remedy := "correct handle and password, or leave it out"
	switch name := sender.last.ErrorName(); {
	case name == "AccountTakedown":
		remedy = "give an account that isn't taken down"
	case strings.HasPrefix(name, "AuthFactor"):
		remedy = "give an account that logs in without a second factor"
	}
	return mistake("--account: the target refuses to log %s in (%s): %s", t.options.AccountHandle, told(sender.last), remedy)
}

// refuses reports whether an answer refuses what a well-formed request holds,
// rather than the method or the moment.
func refuses(exchange xrpc.Exchange) bool {
	switch exchange.Status {
	case http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusRequestTimeout, http.StatusTooManyRequests:
		return false
	}
	return exchange.Refused() && exchange.ErrorName() != "MethodNotImplemented"
}

// told is status and error of an answer.
func told(exchange xrpc.Exchange) string {
	if name := exchange.ErrorName(); name != "" {
		return fmt.Sprintf("%d %s", exchange.Status, name)
	}
	return shape(exchange)
}

// mailCheckTime is how long the first look into the mail may take. A command
// that waits for mail to come takes longer, and is right.
const mailCheckTime = 5 * time.Second

// checkMail looks once for mail that can't be there.
func (t *Target) checkMail(ctx context.Context) error {
	if t.options.Drivers.Mail == nil {
		return nil
	}
	limited, cancel := context.WithTimeout(ctx, mailCheckTime)
	defer cancel()
	_, err := t.options.Drivers.Mail.Messages(limited, "nobody@pdsconform.invalid")
	var (
		notFound *exec.Error
		path     *fs.PathError
	)
	switch {
	case err == nil, limited.Err() != nil:
		return nil
	case errors.As(err, &notFound), errors.As(err, &path):
		return mistake("the command that reads mail can't be run: %s: give one that can, by --mail exec: or hooks.readMail", err)
	case t.options.Drivers.MailName == "control":
		return mistake("the control server says that it shows mail, and doesn't: %s: give another way by --mail", err)
	}
	return nil // a command may fail where there is no mail
}

// checkByAccount checks by the account that cases share what only an account
// can show.
func (t *Target) checkByAccount(ctx context.Context) error {
	control, usesCode := t.options.Drivers.Control, t.usesGivenCode()
	if control == nil && !usesCode || t.Missing(Login) != nil {
		return nil //nolint:nilerr // without an account there is nothing to check by
	}
	sender := &careful{target: t}
	account, err := t.Shared(ctx, sender)
	if err != nil && usesCode && refusesCode(sender.last) {
		return mistake("--invite-code: the target refuses the code (%s): it is used up, disabled or not of this server; give another", told(sender.last))
	}
	// What keeps accounts from being made is for the cases to tell.
	if err == nil && control != nil && control.denies(ctx, account.DID) {
		return mistake("--control: the control server at %s is of another server than %s: it lists no account %s, which is there",
			control.base, t.options.Client.Base(), account.DID)
	}
	return nil
}

// usesGivenCode reports whether accounts are made by the code that the run was
// given.
func (t *Target) usesGivenCode() bool {
	return t.options.AccountHandle == "" && t.InviteRequired() && t.options.InviteCode != "" && !t.has(Admin)
}

func refusesCode(exchange xrpc.Exchange) bool {
	return exchange.Request.NSID == createAccount && exchange.Refused() && exchange.ErrorName() == "InvalidInviteCode"
}

// Unusable says that an answer refuses what the run was given, so that it shows
// nothing of the target: an invite code that has no uses left, or an admin
// credential that was never taken. Otherwise it is nil.
func (t *Target) Unusable(exchange xrpc.Exchange) *Missing {
	request := exchange.Request
	switch {
	case refusesCode(exchange) && !t.has(Admin) && t.options.InviteCode != "" && text(request, "inviteCode") == t.options.InviteCode:
		return &Missing{SignUp, "the target does not take the invite code any more", "--invite-code with more uses, or --admin-password"}
	case t.options.AdminPassword == "" || request.Authorization != t.AsAdmin(request).Authorization:
	case exchange.Succeeded():
		t.adminTaken.Store(true)
	case (exchange.Status == http.StatusUnauthorized || exchange.Status == http.StatusForbidden) && !t.adminTaken.Load():
		return &Missing{Admin, "the target refuses the admin credential", unlocks()[Admin]}
	}
	return nil
}

// careful sends requests before any case does, within the budgets, and has the
// journal know of what they make.
type careful struct {
	target *Target
	last   xrpc.Exchange
}

// Do sends a request that may be sent; otherwise the exchange says why not.
func (c *careful) Do(ctx context.Context, request xrpc.Request) xrpc.Exchange {
	c.last = xrpc.Exchange{Request: request}
	if missing := c.target.Reserve(request); missing != nil {
		c.last.Err = missing
		return c.last
	}
	defer c.target.Release(request)
	if err := c.target.Announce(request); err != nil {
		c.last.Err = err
		return c.last
	}
	c.last = direct{c.target}.Do(ctx, request)
	return c.last
}
