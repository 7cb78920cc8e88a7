package behaviour

import (
	"context"
	"strings"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/check"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/target"
)

// accountAt is an account that was signed up with an unusual address, once in a
// run; a server may refuse it.
func accountAt(ctx context.Context, t *spec.Trial, what string, unusual func(name, domain string) string) *target.Account {
	return spec.Once(ctx, t, "account with "+what+" in its address", func(ctx context.Context, t *spec.Trial) *target.Account {
		identity := t.Target().NewIdentity()
		name, domain, _ := strings.Cut(identity.Email, "@")
		identity.Email = unusual(name, domain)
		request, err := t.Target().SignUpRequest(ctx, t, identity)
		t.Unless(err)
		exchange := t.Do(ctx, request)
		if exchange.Refused() {
			t.NotObserved("the target refuses %s in an address: %s", what, check.Answer(exchange))
		}
		account, err := t.Target().Adopt(identity, exchange)
		t.Unless(err)
		return account
	})
}

func accountWithCapitals(ctx context.Context, t *spec.Trial) *target.Account {
	return accountAt(ctx, t, "capitals", func(name, domain string) string {
		return strings.ToUpper(name[:1]) + name[1:len(name)-1] + strings.ToUpper(name[len(name)-1:]) + "@" + strings.ToUpper(domain[:1]) + domain[1:]
	})
}

// accountWithSigns has what forms and some mail servers read otherwise in its
// address.
func accountWithSigns(ctx context.Context, t *spec.Trial) *target.Account {
	return accountAt(ctx, t, "signs", func(name, domain string) string { return name[:2] + "." + name[2:] + "+tag@" + domain })
}

// signUpSigns are the requirements on an address that holds signs.
func signUpSigns() []scenario {
	return []scenario{
		{
			id: "email.signs.log-in", title: "Who signed up with a point and a plus sign in the address logs in with the same.",
			level: reports.Should, authority: reports.Reference, source: "input.email", needs: signUp,
			run: func(ctx context.Context, t *spec.Trial) {
				account := accountWithSigns(ctx, t)
				exchange := logIn(ctx, t, account.Email, account.Password)
				t.Expect(exchange, check.Member("did", account.DID))
				expectEmail(t, exchange, account)
			},
		},
		{
			// It may be somebody else's, whatever the mail servers of some companies make
			// of it.
			id: "email.signs.count", title: "An address is not taken for one without its points, or without what follows its plus sign.",
			level: reports.Should, authority: reports.Security, source: "input.email", needs: signUp,
			run: func(ctx context.Context, t *spec.Trial) {
				account := accountWithSigns(ctx, t)
				t.Rely(logIn(ctx, t, account.Handle, account.Password))
				name, domain, _ := strings.Cut(account.Email, "@")
				tagless, _, _ := strings.Cut(name, "+")
				t.ExpectThat("logging in with the address without its tag", logIn(ctx, t, tagless+"@"+domain, account.Password), check.Refused())
				t.ExpectThat("logging in with the address without its point",
					logIn(ctx, t, strings.Replace(name, ".", "", 1)+"@"+domain, account.Password), check.Refused())
			},
		},
	}
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
