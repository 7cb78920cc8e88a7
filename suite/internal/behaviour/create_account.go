package behaviour

import (
	"context"
	"slices"
	"strings"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/check"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/target"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// recoveryKey is a public key of the curve secp256k1; nobody has its other
// half.
const recoveryKey = "did:key:zQ3shmkrQfrY12bPpph1D9bmq5UAvcw7WQWY4cBSMuLUeUXuw"

func createAccount() endpoint {
	code := &spec.Stock[string]{}
	return endpoint{
		nsid: nsidCreateAccount,
		recipe: spec.Recipe{
			Needs: signUp,
			Request: func(ctx context.Context, t *spec.Trial) xrpc.Request {
				if !t.Target().InviteRequired() {
					return signUpRequest(t.Target().NewIdentity(), "")
				}
				return signUpRequest(t.Target().NewIdentity(), code.Take(t, func() string {
					made, err := t.Target().InviteCode(ctx, t, 1)
					t.Unless(err)
					return made
				}))
			},
			AfterSuccess: func(_ context.Context, t *spec.Trial, _ xrpc.Exchange) { code.Used(t) },
			Placeholder: func(t *spec.Trial) xrpc.Request {
				return signUpRequest(t.Target().NewIdentity(), target.BogusInviteCode)
			},
			Transient: true,
		},
		cases: slices.Concat(signUpEffects(), signUpRefusals(), signUpErrors(), signUpInvites(), signUpWithDID(), migrations(),
			signUpPasswords(), signUpCapitals(), signUpSigns(), incompleteSignUps()),
	}
}

func signUpEffects() []scenario {
	return []scenario{
		{
			id: "account.named", title: "The answer names the handle that was asked for.",
			level: reports.Must, authority: reports.Lexicon, source: "output.handle", needs: signUp,
			run: func(ctx context.Context, t *spec.Trial) {
				identity := t.Target().NewIdentity()
				request, err := t.Target().SignUpRequest(ctx, t, identity)
				t.Unless(err)
				exchange := t.Do(ctx, request)
				t.Expect(t.Rely(exchange), check.Member("handle", identity.Handle))
			},
		},
		{
			id: "access-token.works", title: "The access token is accepted by getSession, for the account that was made.",
			level: reports.Must, authority: reports.Lexicon, source: "output.accessJwt", needs: signUp,
			run: func(ctx context.Context, t *spec.Trial) {
				account := fresh(ctx, t)
				exchange := whoAmI(ctx, t, session(ctx, t, account).Access)
				expectOwn(t, exchange, account)
			},
		},
		{
			id: "refresh-token.works", title: "The refresh token is accepted by refreshSession, for the account that was made.",
			level: reports.Must, authority: reports.Lexicon, source: "output.refreshJwt", needs: signUp,
			run: func(ctx context.Context, t *spec.Trial) {
				account := fresh(ctx, t)
				t.Expect(refresh(ctx, t, session(ctx, t, account).Refresh), check.Member("did", account.DID))
			},
		},
		{
			id: "login.works", title: "The account can log in by its handle and password.",
			level: reports.Must, authority: reports.Lexicon, source: "input.password", needs: signUp,
			run: func(ctx context.Context, t *spec.Trial) {
				account := fresh(ctx, t)
				t.Expect(logIn(ctx, t, account.Handle, account.Password), check.Member("did", account.DID))
			},
		},
		{
			id: "did.unique", title: "Two accounts have two DIDs.",
			level: reports.Must, authority: reports.Security, source: sourceDIDs, needs: signUp,
			run: func(ctx context.Context, t *spec.Trial) {
				pair := accountPair(ctx, t)
				if pair[0].DID == pair[1].DID {
					t.Fail("two DIDs", "one and the same for two accounts")
				}
			},
		},
		{
			id: "recovery-key.accepted", title: "A well-formed recoveryKey is accepted.",
			level: reports.Should, authority: reports.Reference, needs: signUp,
			run: func(ctx context.Context, t *spec.Trial) {
				request, err := t.Target().SignUpRequest(ctx, t, t.Target().NewIdentity())
				t.Unless(err)
				t.Expect(t.Do(ctx, request.With("recoveryKey", recoveryKey)), check.Succeeds())
			},
		},
		{
			id: "handle.normalised", title: "A handle in mixed letter case is kept in lower case, and found in either.",
			level: reports.Should, authority: reports.Reference, needs: signUp, run: handleNormalised,
		},
	}
}

func handleNormalised(ctx context.Context, t *spec.Trial) {
	identity := t.Target().NewIdentity()
	lower := identity.Handle
	identity.Handle = mixedCase(lower)
	request, err := t.Target().SignUpRequest(ctx, t, identity)
	t.Unless(err)
	exchange := t.Do(ctx, request)
	if exchange.Refused() {
		t.NotObserved("the target refuses capitals in a handle: %s", check.Answer(exchange))
	}
	t.Expect(exchange, check.Member("handle", lower))
	t.ExpectThat("logging in in lower case", logIn(ctx, t, lower, identity.Password), check.Succeeds())
	t.ExpectThat("logging in in mixed case", logIn(ctx, t, identity.Handle, identity.Password), check.Succeeds())
}

// mixedCase raises every second letter of the first label.
func mixedCase(handle string) string {
	label, domain, _ := strings.Cut(handle, ".")
	letters := []byte(label)
	for i := 0; i < len(letters); i += 2 {
		letters[i] = strings.ToUpper(string(letters[i]))[0]
	}
	return string(letters) + "." + domain
}

// signUpVariant asks for an account that shares one name with an existing one.
func signUpVariant(ctx context.Context, t *spec.Trial, change func(*target.Identity)) xrpc.Exchange {
	identity := t.Target().NewIdentity()
	change(&identity)
	request, err := t.Target().SignUpRequest(ctx, t, identity)
	t.Unless(err)
	exchange := t.Do(ctx, request)
	return exchange
}

func signUpRefusals() []scenario {
	taken := func(id, title string, level reports.Level, authority reports.Authority, change func(*target.Identity, *target.Account), checks ...check.Check) scenario {
		return scenario{
			id: id, title: title, level: level, authority: authority, source: sourceUnique(authority), needs: signUp,
			run: func(ctx context.Context, t *spec.Trial) {
				account := ownAccount(ctx, t)
				t.Expect(signUpVariant(ctx, t, func(identity *target.Identity) { change(identity, account) }), checks...)
			},
		}
	}
	sameHandle := func(i *target.Identity, a *target.Account) { i.Handle = a.Handle }
	return []scenario{
		taken("handle.taken", "A handle that another account has is refused.", reports.Must, reports.Security, sameHandle, check.Refused()),
		taken("handle.taken-case", "A handle that another account has is refused in any letter case.", reports.Must, reports.Security,
			func(i *target.Identity, a *target.Account) { i.Handle = mixedCase(a.Handle) }, check.Refused()),
		taken("handle.taken.named", "A handle that another account has is refused with HandleNotAvailable.", reports.Should, reports.Reference,
			sameHandle, check.ErrorNamed("HandleNotAvailable")),
		taken("email.taken", "An e-mail address that another account has is refused.", reports.Should, reports.Reference,
			func(i *target.Identity, a *target.Account) { i.Email = a.Email }, check.Refused()),
		taken("email.taken-case", "An e-mail address that another account has is refused in any letter case.", reports.Should, reports.Reference,
			func(i *target.Identity, a *target.Account) { i.Email = strings.ToUpper(a.Email) }, check.Refused()),
		taken("email.ill-formed", "An e-mail address without an @ is refused: mail has to reach it.", reports.May, reports.Reference,
			func(i *target.Identity, _ *target.Account) { i.Email = "no-address" }, check.Refused()),
		{
			id: "handle.foreign-domain", title: "A handle under a domain that the server does not offer, and whose owner has not agreed, is refused.",
			level: reports.Must, authority: reports.Security, source: sourceHandles, needs: signUp,
			run: func(ctx context.Context, t *spec.Trial) {
				t.ExpectThat("a handle under example.com", signUpVariant(ctx, t, func(i *target.Identity) { i.Handle = letters(i.Handle) + ".example.com" }), check.Refused())
				t.ExpectThat("a handle that names the server's domain before example.com",
					signUpVariant(ctx, t, func(i *target.Identity) { i.Handle += ".example.com" }), check.Refused())
			},
		},
		{
			id: "handle.reserved-domain", title: "A handle under a top-level name of special use is refused, and is no fault of the server.",
			level: reports.Must, authority: reports.XRPC, source: sourceReservedNames, needs: signUp,
			run: func(ctx context.Context, t *spec.Trial) {
				for _, name := range []string{".onion", ".arpa", ".invalid"} {
					t.ExpectThat("a handle under "+name, signUpVariant(ctx, t, func(i *target.Identity) { i.Handle = letters(i.Handle) + name }), check.Refused())
				}
			},
		},
		{
			id: "handle.taken-down", title: "The handle of an account that was taken down is not free: the account may come back.",
			level: reports.Must, authority: reports.Security, source: sourceHandles, needs: needsTakedown,
			run: func(ctx context.Context, t *spec.Trial) {
				down := takenDown(ctx, t).account
				t.Expect(signUpVariant(ctx, t, func(i *target.Identity) { i.Handle = down.Handle }), check.Refused())
			},
		},
		{
			id: "email.owner-hidden", title: "Who asks for an address that is taken is not told whose it is.",
			level: reports.Must, authority: reports.Security, source: sourceErrorWords, needs: signUp,
			run: func(ctx context.Context, t *spec.Trial) {
				account := ownAccount(ctx, t)
				exchange := signUpVariant(ctx, t, func(i *target.Identity) { i.Email = account.Email })
				for what, told := range map[string]string{"handle": account.Handle, "DID": account.DID} {
					if strings.Contains(string(exchange.Body), told) {
						t.Fail("an answer that does not name the other account", "the "+what+" of the account stands in it")
					}
				}
			},
		},
		{
			id: "refused.leaves-nothing", title: "A refused sign-up leaves the handle free.",
			level: reports.Should, authority: reports.Reference, needs: signUp, run: refusalLeavesNothing,
		},
		{
			id: "refused.leaves-address", title: "A refused sign-up leaves the e-mail address free.",
			level: reports.Should, authority: reports.Reference, needs: signUp,
			run: func(ctx context.Context, t *spec.Trial) {
				account, email := ownAccount(ctx, t), t.Target().NewIdentity().Email
				t.Expect(signUpVariant(ctx, t, func(i *target.Identity) { i.Handle, i.Email = account.Handle, email }), check.Refused())
				t.ExpectThat("signing up with the same address, under a free handle",
					signUpVariant(ctx, t, func(i *target.Identity) { i.Email = email }), check.Succeeds())
			},
		},
		{
			id: "email.race", title: "Of several sign-ups for one address at once, at most one succeeds where addresses are used once.",
			level: reports.Should, authority: reports.Reference, needs: signUp, run: addressRace,
		},
		{
			id: "handle.race", title: "Of several sign-ups for one handle at once, exactly one succeeds.",
			level: reports.Must, authority: reports.Security, source: sourceRaces, needs: signUp, run: handleRace,
		},
	}
}

func refusalLeavesNothing(ctx context.Context, t *spec.Trial) {
	account := ownAccount(ctx, t)
	wanted := t.Target().NewIdentity()
	refused := signUpVariant(ctx, t, func(i *target.Identity) { i.Handle, i.Email = wanted.Handle, account.Email })
	if refused.Succeeded() {
		t.NotObserved("the target allows several accounts for one address, so that nothing was refused")
	}
	t.Expect(refused, check.Refused())
	t.ExpectThat("signing up under the same handle, with a free address",
		signUpVariant(ctx, t, func(i *target.Identity) { i.Handle, i.Email = wanted.Handle, wanted.Email }), check.Succeeds())
}
