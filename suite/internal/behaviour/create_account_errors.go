package behaviour

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/check"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/target"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// genericName is the name under which real servers refuse whatever they have
// no better name for.
const genericName = "InvalidRequest"

// ask signs up with one thing in the identity that the target may object to. A
// target that wants an invite code gets one, or a made-up one where there is
// none: servers look at handle and domain first.
func ask(ctx context.Context, t *spec.Trial, change func(*target.Identity)) xrpc.Exchange {
	identity := t.Target().NewIdentity()
	change(&identity)
	code := ""
	if t.Target().InviteRequired() {
		code = target.BogusInviteCode
		if t.Target().Missing(target.SignUp) == nil {
			made, err := t.Target().InviteCode(ctx, t, 1)
			t.Unless(err)
			code = made
		}
	}
	return signUpWith(ctx, t, identity, code)
}

// provocation is something that a server may object to under a declared name.
type provocation struct {
	words  string
	change func(*target.Identity)
	others []string // declared names that fit as well
}

// ask sends the provocation, once for all requirements that it shows something
// of.
func (p provocation) ask(ctx context.Context, t *spec.Trial) xrpc.Exchange {
	return spec.Once(ctx, t, "sign-up with "+p.words, func(ctx context.Context, t *spec.Trial) xrpc.Exchange { return ask(ctx, t, p.change) })
}

// provoke passes once one of the provocations is refused under the declared
// name. A server without the rule accepts them, and then has to have made the
// account; one that sees them otherwise has the generic name or another
// declared one; any other name is wrong.
func provoke(name string, provocations []provocation) func(context.Context, *spec.Trial) {
	return func(ctx context.Context, t *spec.Trial) {
		observed := false
		for _, p := range provocations {
			exchange := p.ask(ctx, t)
			given := exchange.ErrorName()
			switch {
			case exchange.Succeeded():
				t.ExpectThat("getSession with the token of the sign-up with "+p.words, whoAmI(ctx, t, exchange.String("accessJwt")),
					check.Member("did", exchange.String("did")))
			case given == genericName, slices.Contains(p.others, given):
			case exchange.Status == http.StatusRequestEntityTooLarge: // refused before anybody has looked for rules
			case t.Target().Missing(target.SignUp) != nil && given == "InvalidInviteCode":
			case given == name && exchange.Refused():
				observed = true
			default:
				t.ExpectThat(p.words, exchange, check.ErrorNamed(name))
			}
		}
		if !observed {
			t.Need(target.SignUp)
			t.NotObserved("the target objects to none of what was tried under this name")
		}
	}
}

func signUpErrors() []scenario {
	label := func(label string) func(*target.Identity) {
		return func(i *target.Identity) {
			_, domain, _ := strings.Cut(i.Handle, ".")
			i.Handle = label + "." + domain
		}
	}
	long := func(i *target.Identity) {
		i.Handle = strings.Repeat("q", 63-len("pdsconform")) + "pdsconform" + i.Handle[strings.Index(i.Handle, "."):]
	}
	sub := func(i *target.Identity) { i.Handle = "sub." + i.Handle }
	password := func(password string) func(*target.Identity) {
		return func(i *target.Identity) { i.Password = password }
	}
	short := provocation{"a label of two letters", label("zq"), []string{"HandleNotAvailable"}}
	tooLong := provocation{"a label of 63 letters", long, nil}
	passwords := []provocation{
		{"an empty password", password(""), nil},
		{"a password of one letter", password("a"), nil},
		{"a password of 10,000 letters", password(strings.Repeat("Aa1-", 2500)), nil},
	}
	foreign := []provocation{
		{"a handle under a foreign domain", func(i *target.Identity) { i.Handle = letters(i.Handle) + ".example.com" }, nil},
	}
	dotted := provocation{"a further label before the domain", sub, []string{"UnsupportedDomain"}}
	return []scenario{
		{
			error: "InvalidHandle", title: "A handle against the server's rules is refused with InvalidHandle.",
			level: reports.Must, authority: reports.Lexicon,
			run: provoke("InvalidHandle", []provocation{short, tooLong, dotted}),
		},
		namedWhereRefused("InvalidHandle", []provocation{short, tooLong}),
		namedWhereRefused("InvalidPassword", passwords),
		namedWhereRefused("UnsupportedDomain", foreign),
		objection("handle.short", "A handle of two letters before the domain is refused: names have three at least.", short),
		objection("handle.long", "A handle of 63 letters before the domain is refused.", tooLong),
		objection("handle.dotted", "A handle with a further label before the domain is refused.", dotted),
		{
			error: "InvalidPassword", title: "A password against the server's policy is refused with InvalidPassword.",
			level: reports.Must, authority: reports.Lexicon, needs: signUp,
			run: provoke("InvalidPassword", passwords),
		},
		{
			error: "HandleNotAvailable", title: "A handle that can't be had is refused with HandleNotAvailable.",
			level: reports.Must, authority: reports.Lexicon, needs: signUp, run: handleNotAvailable,
		},
		{
			error: "UnsupportedDomain", title: "A handle under a domain that the server does not offer is refused with UnsupportedDomain.",
			level: reports.Must, authority: reports.Lexicon,
			run: provoke("UnsupportedDomain", foreign),
		},
		{
			error: "InvalidInviteCode", title: "An invite code that does not exist is refused with InvalidInviteCode where one is required.",
			level: reports.Must, authority: reports.Lexicon, run: invalidInviteCode,
		},
	}
}

// namedWhereRefused asks that what is refused, as a server is free to, is not
// refused by the generic name where a declared one fits: clients tell their
// users by it what to change.
func namedWhereRefused(name string, provocations []provocation) scenario {
	return scenario{
		id: "error." + name + ".named", title: "Where " + name + " fits, no request is refused by the generic name.",
		level: reports.Should, authority: reports.Reference, in: "error." + name, source: "error." + name, needs: signUp,
		run: func(ctx context.Context, t *spec.Trial) {
			refused := false
			for _, p := range provocations {
				exchange := p.ask(ctx, t)
				if exchange.Refused() && exchange.ErrorName() == genericName {
					t.ExpectThat(p.words, exchange, check.ErrorNamed(name))
				}
				refused = refused || exchange.Refused()
			}
			if !refused {
				t.NotObserved("the target objects to none of what was tried under this name")
			}
		},
	}
}

// objection is a rule of the reference server that others need not have.
func objection(id, title string, to provocation) scenario {
	return scenario{
		id: id, title: title, level: reports.May, authority: reports.Reference, needs: signUp,
		run: func(ctx context.Context, t *spec.Trial) { t.Expect(to.ask(ctx, t), check.Refused()) },
	}
}

// letters is the first label of a handle.
func letters(handle string) string {
	label, _, _ := strings.Cut(handle, ".")
	return label
}

// handleNotAvailable asks for a handle that is taken, and for words that
// servers reserve.
func handleNotAvailable(ctx context.Context, t *spec.Trial) {
	account := ownAccount(ctx, t)
	exchanges := []xrpc.Exchange{signUpVariant(ctx, t, func(i *target.Identity) { i.Handle = account.Handle })}
	t.ExpectThat("a handle that is taken", exchanges[0], check.Refused())
	if name := exchanges[0].ErrorName(); name != genericName {
		t.ExpectThat("a handle that is taken", exchanges[0], check.ErrorNamed("HandleNotAvailable"))
		return
	}
	for _, word := range []string{"admin", "support"} {
		exchange := signUpVariant(ctx, t, func(i *target.Identity) { i.Handle = word + i.Handle[strings.Index(i.Handle, "."):] })
		switch name := exchange.ErrorName(); {
		case exchange.Refused() && name == "HandleNotAvailable":
			return
		case exchange.Succeeded(), name == genericName, name == "InvalidHandle":
		default:
			t.ExpectThat("a reserved word as a handle", exchange, check.ErrorNamed("HandleNotAvailable"))
		}
	}
	t.NotObserved("a taken handle is refused under another name, and no word is reserved")
}

func invalidInviteCode(ctx context.Context, t *spec.Trial) {
	if !t.Target().InviteRequired() {
		t.NotObserved("the target requires no invite code")
	}
	exchange := signUpWith(ctx, t, t.Target().NewIdentity(), target.BogusInviteCode)
	t.ExpectThat("a made-up invite code", exchange, check.ErrorNamed("InvalidInviteCode"))
}
