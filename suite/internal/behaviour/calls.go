package behaviour

import (
	"context"
	"fmt"
	"time"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/check"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/target"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// The methods, by NSID.
const (
	nsidActivateAccount          = "com.atproto.server.activateAccount"
	nsidCheckAccountStatus       = "com.atproto.server.checkAccountStatus"
	nsidConfirmEmail             = "com.atproto.server.confirmEmail"
	nsidCreateAccount            = "com.atproto.server.createAccount"
	nsidCreateAppPassword        = "com.atproto.server.createAppPassword"
	nsidCreateInviteCode         = "com.atproto.server.createInviteCode"
	nsidCreateInviteCodes        = "com.atproto.server.createInviteCodes"
	nsidCreateSession            = "com.atproto.server.createSession"
	nsidDeactivateAccount        = "com.atproto.server.deactivateAccount"
	nsidDeleteAccount            = "com.atproto.server.deleteAccount"
	nsidDeleteSession            = "com.atproto.server.deleteSession"
	nsidDescribeServer           = "com.atproto.server.describeServer"
	nsidGetAccountInviteCodes    = "com.atproto.server.getAccountInviteCodes"
	nsidGetServiceAuth           = "com.atproto.server.getServiceAuth"
	nsidGetSession               = "com.atproto.server.getSession"
	nsidListAppPasswords         = "com.atproto.server.listAppPasswords"
	nsidRefreshSession           = "com.atproto.server.refreshSession"
	nsidRequestAccountDelete     = "com.atproto.server.requestAccountDelete"
	nsidRequestEmailConfirmation = "com.atproto.server.requestEmailConfirmation"
	nsidRequestEmailUpdate       = "com.atproto.server.requestEmailUpdate"
	nsidRequestPasswordReset     = "com.atproto.server.requestPasswordReset"
	nsidReserveSigningKey        = "com.atproto.server.reserveSigningKey"
	nsidResetPassword            = "com.atproto.server.resetPassword"
	nsidRevokeAppPassword        = "com.atproto.server.revokeAppPassword"
	nsidUpdateEmail              = "com.atproto.server.updateEmail"
)

// What scenarios need, by what they do.
var (
	login         = []target.Capability{target.Login}
	signUp        = []target.Capability{target.SignUp}
	adminOnly     = []target.Capability{target.Admin}
	withMail      = []target.Capability{target.SignUp, target.Mail}
	withClock     = []target.Capability{target.SignUp, target.Mail, target.Clock}
	needsTakedown = []target.Capability{target.SignUp, target.Takedown}
)

// shared is the account that scenarios log in to and read from.
func shared(ctx context.Context, t *spec.Trial) *target.Account {
	account, err := t.Target().Shared(ctx, t)
	t.Unless(err)
	return account
}

// sharedAccount is an account that scenarios of one purpose share.
func sharedAccount(ctx context.Context, t *spec.Trial, name string) *target.Account {
	account, err := t.Target().Account(ctx, t, name)
	t.Unless(err)
	return account
}

// fresh is a new account: one that a scenario destroys, or that must have no
// past.
func fresh(ctx context.Context, t *spec.Trial) *target.Account {
	account, err := t.Target().SignUp(ctx, t)
	t.Unless(err)
	return account
}

// session is a session of the account that others may use as well.
func session(ctx context.Context, t *spec.Trial, account *target.Account) target.Session {
	kept, err := account.Session(ctx, t)
	t.Unless(err)
	return kept
}

// newSession is a session of this scenario's own.
func newSession(ctx context.Context, t *spec.Trial, account *target.Account) target.Session {
	made, err := account.OwnSession(ctx, func() (target.Session, error) { return account.Login(ctx, t) })
	t.Unless(err)
	return made
}

// sessionAccount is an account that many scenarios open sessions of. It is the
// shared one, unless sessions of one account have the same tokens where they are
// opened in the same second: then several accounts take turns.
func sessionAccount(ctx context.Context, t *spec.Trial) *target.Account {
	const accounts = 6
	if !t.Target().SameTokens() || t.Target().Missing(target.SignUp) != nil {
		return shared(ctx, t)
	}
	return sharedAccount(ctx, t, fmt.Sprintf("sessions %d", t.Target().Turn()%accounts))
}

// rotated refreshes a session and returns the next one. Tokens of the same second
// may be the same; then the next of a later second is what it returns.
func rotated(ctx context.Context, t *spec.Trial, old target.Session) target.Session {
	made := sessionOf(t, refresh(ctx, t, old.Refresh))
	if made.Refresh != old.Refresh {
		return made
	}
	t.Unless(target.Pause(ctx, target.Second))
	return sessionOf(t, refresh(ctx, t, made.Refresh))
}

// sessionOf reads the tokens of an answer that has to hold some.
func sessionOf(t *spec.Trial, exchange xrpc.Exchange) target.Session {
	made, err := target.SessionOf(exchange)
	t.Unless(err)
	return made
}

// logIn asks for a session.
func logIn(ctx context.Context, t *spec.Trial, identifier, password string) xrpc.Exchange {
	return t.Do(ctx, target.LoginRequest(identifier, password))
}

// whoAmI asks getSession.
func whoAmI(ctx context.Context, t *spec.Trial, accessToken string) xrpc.Exchange {
	return t.Do(ctx, xrpc.Query(nsidGetSession, nil).WithBearer(accessToken))
}

// refresh asks refreshSession.
func refresh(ctx context.Context, t *spec.Trial, refreshToken string) xrpc.Exchange {
	return t.Do(ctx, xrpc.ProcedureWithoutInput(nsidRefreshSession).WithBearer(refreshToken))
}

// logOut asks deleteSession.
func logOut(ctx context.Context, t *spec.Trial, refreshToken string) xrpc.Exchange {
	return t.Do(ctx, xrpc.ProcedureWithoutInput(nsidDeleteSession).WithBearer(refreshToken))
}

// appPassword is an app password that a scenario made.
type appPassword struct{ Name, Password string }

// newAppPassword makes an app password, which has to succeed, and which goes
// again with the scenario: servers may limit how many an account has.
func newAppPassword(ctx context.Context, t *spec.Trial, account *target.Account) appPassword {
	made := lastingAppPassword(ctx, t, account)
	t.Afterwards(func(ctx context.Context) { t.Target().RevokeAppPassword(ctx, account, made.Name) })
	return made
}

// lastingAppPassword is newAppPassword for one that other scenarios use as
// well.
func lastingAppPassword(ctx context.Context, t *spec.Trial, account *target.Account) appPassword {
	name := t.Target().NewName("app")
	exchange := t.Rely(askAppPassword(ctx, t, session(ctx, t, account).Access, name))
	password := exchange.String("password")
	if password == "" {
		t.Unless(&target.Refusal{Exchange: exchange, Problem: "the answer has no password"})
	}
	return appPassword{name, password}
}

// askAppPassword asks createAppPassword.
func askAppPassword(ctx context.Context, t *spec.Trial, accessToken, name string) xrpc.Exchange {
	return t.Do(ctx, xrpc.Procedure(nsidCreateAppPassword, map[string]any{"name": name}).WithBearer(accessToken))
}

// revoke asks revokeAppPassword.
func revoke(ctx context.Context, t *spec.Trial, account *target.Account, name string) xrpc.Exchange {
	return t.Do(ctx, xrpc.Procedure(nsidRevokeAppPassword, map[string]any{"name": name}).
		WithBearer(session(ctx, t, account).Access))
}

// inviteCode makes an invite code as the admin, which has to succeed.
func inviteCode(ctx context.Context, t *spec.Trial, input map[string]any) string {
	exchange := t.Rely(t.Do(ctx, t.Target().AsAdmin(xrpc.Procedure(nsidCreateInviteCode, input))))
	code := exchange.String("code")
	if code == "" {
		t.Unless(&target.Refusal{Exchange: exchange, Problem: "the answer has no code"})
	}
	return code
}

// signUpWith asks createAccount with an invite code, or without where it is
// empty.
func signUpWith(ctx context.Context, t *spec.Trial, identity target.Identity, code string) xrpc.Exchange {
	return t.Do(ctx, signUpRequest(identity, code))
}

func signUpRequest(identity target.Identity, code string) xrpc.Request {
	request := xrpc.Procedure(nsidCreateAccount, map[string]any{
		"handle": identity.Handle, "email": identity.Email, "password": identity.Password,
	})
	if code == "" {
		return request
	}
	return request.With("inviteCode", code)
}

// strayAuthorization is the requirement that a method without a credential is
// answered as ever where one is sent along.
func strayAuthorization(nsid string) scenario {
	return scenario{
		id: "authorization.ignored", title: "An Authorization header is ignored: clients send one along.",
		level: reports.Should, authority: reports.Reference,
		run: func(ctx context.Context, t *spec.Trial) {
			baseline := t.Baseline(ctx, nsid)
			exchange := t.Do(ctx, t.ValidRequest(ctx, nsid).WithBearer("garbage"))
			t.AfterSuccess(ctx, nsid, exchange)
			if baseline.Placeholder {
				t.Expect(exchange, check.AnsweredAs(baseline.Exchange))
				return
			}
			t.Expect(exchange, check.Succeeds())
		},
	}
}

// mailbox opens the mail to an address.
func mailbox(ctx context.Context, t *spec.Trial, to string) *target.Mailbox {
	box, err := t.Target().Mailbox(ctx, to)
	t.Unless(err)
	return box
}

// mailedCode waits for the code of a request that has to succeed.
func mailedCode(ctx context.Context, t *spec.Trial, to string, topic target.Topic, request xrpc.Request) string {
	box := mailbox(ctx, t, to)
	exchange := t.Rely(t.Do(ctx, request))
	code, err := box.Code(ctx, topic)
	t.Unless(err)
	if code == "" {
		t.Unless(&target.Refusal{Exchange: exchange, Problem: "no mail with a code came to the account's address" + box.Suspicion()})
	}
	return code
}

// resetCode asks for a password reset and reads the code.
func resetCode(ctx context.Context, t *spec.Trial, account *target.Account) string {
	return mailedCode(ctx, t, account.Email, target.AboutReset(), resetRequest(account.Email))
}

func resetRequest(email string) xrpc.Request {
	return xrpc.Procedure(nsidRequestPasswordReset, map[string]any{"email": email})
}

// deletionCode asks for the account's deletion and reads the code.
func deletionCode(ctx context.Context, t *spec.Trial, account *target.Account) string {
	return mailedCode(ctx, t, account.Email, target.AboutDeletion(),
		xrpc.ProcedureWithoutInput(nsidRequestAccountDelete).WithBearer(session(ctx, t, account).Access))
}

// reset asks resetPassword; on success the account has the new password.
func reset(ctx context.Context, t *spec.Trial, account *target.Account, code, password string) xrpc.Exchange {
	exchange := t.Do(ctx, xrpc.Procedure(nsidResetPassword, map[string]any{"token": code, "password": password}))
	if exchange.Succeeded() {
		t.Unless(t.Target().PasswordChanged(account, password))
	}
	return exchange
}

// remove asks deleteAccount. An access token is sent along: the document of
// today says that the method requires auth, and servers that ask for none ignore
// it.
func remove(ctx context.Context, t *spec.Trial, access, did, password, code string) xrpc.Exchange {
	return t.Do(ctx, removal(did, password, code).WithBearer(access))
}

func removal(did, password, code string) xrpc.Request {
	return xrpc.Procedure(nsidDeleteAccount, map[string]any{"did": did, "password": password, "token": code})
}

// advance moves the target's clock.
func advance(ctx context.Context, t *spec.Trial, by time.Duration) {
	t.Unless(t.Target().Advance(ctx, by))
}

// ownAccount is an account that the run has made and scenarios read from: the shared
// one, unless that was given.
func ownAccount(ctx context.Context, t *spec.Trial) *target.Account {
	if account := shared(ctx, t); !account.Given {
		return account
	}
	return sharedAccount(ctx, t, "own")
}

// whileTheClockStands is spec.Once for something with a lifetime: once the
// target's clock was moved, it is made anew, since a refusal might otherwise
// show no more than that time has passed.
func whileTheClockStands[T any](ctx context.Context, t *spec.Trial, name string, produce func(context.Context, *spec.Trial) T) T {
	return spec.Once(ctx, t, fmt.Sprintf("%s, clock moved %d times", name, t.Target().Moved()), produce)
}
