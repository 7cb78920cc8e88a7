package behaviour

import (
	"context"
	"strings"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/check"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/target"
)

// accountWithCapitals is an account that was signed up with capitals in its
// address, once in a run; a server may refuse them.
func accountWithCapitals(ctx context.Context, t *spec.Trial) *target.Account {
	return spec.Once(ctx, t, "account with capitals in its address", func(ctx context.Context, t *spec.Trial) *target.Account {
		identity := t.Target().NewIdentity()
		name, domain, _ := strings.Cut(identity.Email, "@")
		identity.Email = strings.ToUpper(name[:1]) + name[1:len(name)-1] + strings.ToUpper(name[len(name)-1:]) + "@" + strings.ToUpper(domain[:1]) + domain[1:]
		request, err := t.Target().SignUpRequest(ctx, t, identity)
		t.Unless(err)
		exchange := t.Do(ctx, request)
		if exchange.Refused() {
			t.NotObserved("the target refuses capitals in an address: %s", check.Answer(exchange))
		}
		account, err := t.Target().Adopt(identity, exchange)
		t.Unless(err)
		return account
	})
}

// signUpCapitals are the requirements on an address that was given in capitals.
func signUpCapitals() []scenario {
	found := func(id, title string, identifier func(string) string) scenario {
		return scenario{
			id: id, title: title, level: reports.Should, authority: reports.Reference, source: "input.email", needs: signUp,
			run: func(ctx context.Context, t *spec.Trial) {
				account := accountWithCapitals(ctx, t)
				t.Expect(logIn(ctx, t, identifier(account.Email), account.Password), check.Member("did", account.DID))
			},
		}
	}
	return []scenario{
		found("email.capitals.log-in", "Who signed up with capitals in the address logs in with the same.", func(email string) string { return email }),
		found("email.capitals.log-in-small", "Who signed up with capitals in the address logs in without them.", strings.ToLower),
		{
			id: "email.capitals.taken", title: "An address that was signed up with in capitals is taken without them.",
			level: reports.Should, authority: reports.Reference, source: "input.email", needs: signUp,
			run: func(ctx context.Context, t *spec.Trial) {
				account := accountWithCapitals(ctx, t)
				t.Expect(signUpVariant(ctx, t, func(i *target.Identity) { i.Email = strings.ToLower(account.Email) }), check.Refused())
			},
		},
	}
}
