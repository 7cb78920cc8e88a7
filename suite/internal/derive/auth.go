package derive

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/check"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/target"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// auth asks that a method which takes a credential takes no other.
func (b *builder) auth() {
	if b.recipe.Credential == spec.NoCredential {
		return
	}
	b.missingCredential()
	b.wrongCredential(fromPage, "A credential that is no token is refused.", nil, func(context.Context, *spec.Trial) string {
		return "Bearer garbage"
	})
	switch b.recipe.Credential {
	case spec.AdminBasic:
		b.adminCredentials()
	case spec.AccessToken:
		b.userTokens("refresh-token", "A refresh token is not taken for an access token.",
			func(s target.Session) (string, string) { return s.Access, s.Refresh })
	case spec.RefreshToken:
		b.userTokens("access-token", "An access token is not taken for a refresh token.",
			func(s target.Session) (string, string) { return s.Refresh, s.Access })
	}
	b.badCredentials()
	b.schemeCase()
	b.notCalledExpired()
}

func (b *builder) security(suffix, title string) obligation {
	return obligation{"auth." + suffix, title, reports.Must, reports.Security, sourceAuth}
}

func (b *builder) missingCredential() {
	b.add(b.security("missing", fmt.Sprintf("A request without the %s is refused.", b.recipe.Credential)),
		func(ctx context.Context, t *spec.Trial) { t.Expect(b.sendWithout(ctx, t), check.Refused()) })
	b.add(obligation{"auth.missing-named", "A request without a credential is refused with 401 AuthenticationRequired or AuthMissing.",
		reports.Should, reports.Reference, sourceAuth}, func(ctx context.Context, t *spec.Trial) {
		t.Expect(b.sendWithout(ctx, t), check.RefusedWith(http.StatusUnauthorized, "AuthenticationRequired", "AuthMissing"))
	})
}

// sendWithout sends a request that lacks nothing but its credential.
func (b *builder) sendWithout(ctx context.Context, t *spec.Trial) xrpc.Exchange {
	return spec.Once(ctx, t, "without credential "+b.method.NSID, func(ctx context.Context, t *spec.Trial) xrpc.Exchange {
		return b.sendAs(ctx, t, "")
	})
}

// sendAs sends a valid request, or a sample where none can be made, with
// another credential.
func (b *builder) sendAs(ctx context.Context, t *spec.Trial, authorization string, more ...change) xrpc.Exchange {
	request := Sample(b.method)
	t.Attempt(ctx, func(ctx context.Context, t *spec.Trial) { request = t.ValidRequest(ctx, b.method.NSID) })
	for _, apply := range more {
		request = apply(request)
	}
	exchange := t.Do(ctx, request.WithAuthorization(authorization))
	t.AfterForeignSuccess(exchange)
	return exchange
}

// wrongCredential adds a refusal of one credential. The form of the refusal,
// 400 or 401, is open.
func (b *builder) wrongCredential(suffix, title string, needs []target.Capability, value func(context.Context, *spec.Trial) string) {
	b.badCredential(credential{suffix, title, reports.Must, sourceAuth, needs, value})
}

// baselineIfPossible shows that the right credential is accepted, where there is
// one.
func (b *builder) baselineIfPossible(ctx context.Context, t *spec.Trial) {
	for _, capability := range b.recipe.Needs {
		if t.Target().Missing(capability) != nil {
			return
		}
	}
	t.Baseline(ctx, b.method.NSID)
}

func (b *builder) adminCredentials() {
	b.wrongCredential("wrong-password", "Another password than the admin's is refused.", nil, func(_ context.Context, t *spec.Trial) string {
		return xrpc.Request{}.WithBasic("admin", t.Target().NewPassword()).Authorization
	})
	b.wrongCredential("empty-password", "An empty password is not taken for the admin's.", nil, func(context.Context, *spec.Trial) string {
		return xrpc.Request{}.WithBasic("admin", "").Authorization
	})
	for _, near := range NearPasswords() {
		b.badCredential(credential{"password-" + near.Name, "The admin's password " + near.Words + " is refused.", near.Level, sourceAuth,
			[]target.Capability{target.Admin}, func(_ context.Context, t *spec.Trial) string {
				password, differs := near.Of(t.Target().AdminPassword())
				if !differs {
					t.NotObserved("the admin's password has no letters")
				}
				t.Target().Client().Secrets().Add(password, "admin password")
				return xrpc.Request{}.WithBasic("admin", password).Authorization
			}})
	}
	b.add(obligation{"auth.wrong-user", "The admin's password is refused under another name than admin.",
		reports.Should, reports.Security, sourceAuth}, func(ctx context.Context, t *spec.Trial) {
		t.Need(target.Admin)
		b.baselineIfPossible(ctx, t)
		t.Expect(b.sendAs(ctx, t, xrpc.Request{}.WithBasic("somebody", t.Target().AdminPassword()).Authorization), check.Refused())
	})
	b.wrongCredential("user-token", "A user's access token is not taken for the admin credential.",
		[]target.Capability{target.Login}, func(ctx context.Context, t *spec.Trial) string {
			return "Bearer " + impersonatedSession(ctx, t).Access
		})
	b.wrongCredential("user-password", "A user's own handle and password are not taken for the admin credential.",
		[]target.Capability{target.Login}, func(ctx context.Context, t *spec.Trial) string {
			account, err := t.Target().Impersonated(ctx, t)
			t.Unless(err)
			return xrpc.Request{}.WithBasic(account.Handle, account.Password).Authorization
		})
}

func impersonatedSession(ctx context.Context, t *spec.Trial) target.Session {
	account, err := t.Target().Impersonated(ctx, t)
	t.Unless(err)
	session, err := account.Session(ctx, t)
	t.Unless(err)
	return session
}

// userTokens adds the refusals of what is not the right token of the right
// kind; choose gives the right one and the one of the other kind.
func (b *builder) userTokens(other, otherTitle string, choose func(target.Session) (right, wrong string)) {
	login := []target.Capability{target.Login}
	if slices.Contains(b.recipe.Needs, target.SignUp) {
		login = append(login, target.SignUp) // a success would change the account, which must not be the user's own
	}
	tokens := func(make func(ctx context.Context, t *spec.Trial, right string) string) func(context.Context, *spec.Trial) string {
		return func(ctx context.Context, t *spec.Trial) string {
			right, _ := choose(impersonatedSession(ctx, t))
			return "Bearer " + make(ctx, t, right)
		}
	}
	b.wrongCredential(other, otherTitle, login, func(ctx context.Context, t *spec.Trial) string {
		_, wrong := choose(impersonatedSession(ctx, t))
		return "Bearer " + wrong
	})
	b.wrongCredential("user-password", "A handle and password in the place of a token are refused.", login, func(ctx context.Context, t *spec.Trial) string {
		account, err := t.Target().Impersonated(ctx, t)
		t.Unless(err)
		return xrpc.Request{}.WithBasic(account.Handle, account.Password).Authorization
	})
	b.wrongCredential("forged-signature", "A token that was altered in its last part is refused.", login,
		tokens(func(_ context.Context, _ *spec.Trial, right string) string { return alter(right) }))
	b.wrongCredential("forged-tail", "A token that was altered at its end is refused.", login,
		tokens(func(_ context.Context, _ *spec.Trial, right string) string { return alterTail(right) }))
	b.wrongCredential("forged-case", "A token whose signature is in another letter case is refused.", login,
		tokens(func(_ context.Context, t *spec.Trial, right string) string { return alterCase(t, right) }))
	b.wrongCredential("forged-subject", "A token whose claims were altered to name another account is refused.", login,
		tokens(func(_ context.Context, t *spec.Trial, right string) string { return reclaim(t, right) }))
	b.wrongCredential("unsigned", "A token that says it needs no signature is refused.", login,
		tokens(func(_ context.Context, t *spec.Trial, right string) string { return unsign(t, right) }))
	if b.recipe.Credential == spec.AccessToken || strings.HasSuffix(b.method.NSID, "refreshSession") {
		b.expired(choose)
	}
}
