package behaviour

import (
	"context"
	"slices"
	"strings"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/check"
	"github.com/pdsconform/pdsconform/suite/internal/derive"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/target"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// purpose is what a mailed code is for. A code for one purpose is good for no
// other.
type purpose struct {
	nsid    string // of the method that takes the code
	name    string // in the IDs of requirements
	title   string // of a code for it
	in      string // a condition on the documents
	request string // the method that mails the code
	topic   func() target.Topic

	// whose is an account that may be sent such a code.
	whose func(ctx context.Context, t *spec.Trial) *target.Account
}

// ask is the request by which an account gets a code.
func (p purpose) ask(ctx context.Context, t *spec.Trial, account *target.Account) xrpc.Request {
	if p.nsid == nsidResetPassword {
		return resetRequest(account.Email)
	}
	return xrpc.ProcedureWithoutInput(p.request).WithBearer(session(ctx, t, account).Access)
}

// code asks for a code and reads it.
func (p purpose) code(ctx context.Context, t *spec.Trial, account *target.Account) string {
	return mailedCode(ctx, t, account.Email, p.topic(), p.ask(ctx, t, account))
}

func purposes() []purpose {
	return []purpose{
		{nsidResetPassword, "reset", "The code for a password reset", "", nsidRequestPasswordReset, target.AboutReset, borrowed},
		{nsidDeleteAccount, "deletion", "The code for a deletion", "", nsidRequestAccountDelete, target.AboutDeletion, borrowed},
		{nsidConfirmEmail, "confirmation", "The code for the confirmation of an address", "method.confirmEmail", nsidRequestEmailConfirmation,
			target.AboutConfirmation, unconfirmed},
		{nsidUpdateEmail, "update", "The code for a change of the address", "method.updateEmail", nsidRequestEmailUpdate,
			target.AboutEmailUpdate, confirmed},
	}
}

// otherPurposes are those for which a code is none for a method. Each account has
// to be one that may be sent a code for both.
func otherPurposes(nsid string, but ...string) []purpose {
	return slices.DeleteFunc(purposes(), func(p purpose) bool { return p.nsid == nsid || slices.Contains(but, p.nsid) })
}

// refusal is the ID and the title of the requirement that a method refuses the
// code for another purpose.
func (p purpose) refusal() (id, title string) { return "code.of-" + p.name, p.title + " is refused." }

// mailedBy is the purpose whose codes a method mails.
func mailedBy(request string) purpose {
	all := purposes()
	return all[slices.IndexFunc(all, func(p purpose) bool { return p.request == request })]
}

// mailing is what became of the request for a code.
type mailing struct {
	account    *target.Account
	exchange   xrpc.Exchange
	code       string
	messages   []target.Message
	otherCodes []string // that the account was mailed before, for other purposes
}

// mailed asks for a code, once in a run, and reads the mail.
func (p purpose) mailed(ctx context.Context, t *spec.Trial) mailing {
	return spec.Once(ctx, t, "mail of "+p.request, func(ctx context.Context, t *spec.Trial) mailing {
		made := mailing{account: p.whose(ctx, t)}
		for _, other := range purposes()[:2] { // which can be had for any address
			if other.request != p.request {
				made.otherCodes = append(made.otherCodes, other.code(ctx, t, made.account))
			}
		}
		box := mailbox(ctx, t, made.account.Email)
		made.exchange = t.Rely(t.Do(ctx, p.ask(ctx, t, made.account)))
		code, err := box.Code(ctx, p.topic())
		t.Unless(err)
		if code == "" {
			t.Unless(&target.Refusal{Exchange: made.exchange, Problem: "no mail with a code came to the account's address" + box.Suspicion()})
		}
		made.code, made.messages = code, box.Read()
		return made
	})
}

// codesAreMailedAlone are the requirements on what else than the reader's own code
// is told by a method that mails one, and to whom. Mail is read by whoever has the
// address, and by all whom it passes on its way.
func codesAreMailedAlone(request string) []scenario {
	of := mailedBy(request)
	return []scenario{
		{
			id: "mail.discloses-nothing", title: "The mail holds no password, none that is hashed and no token, no code for anything else, and nobody else's address.",
			level: reports.Must, authority: reports.Security, source: sourceMailedCodes, needs: withMail,
			run: func(ctx context.Context, t *spec.Trial) { expectNothingDisclosed(t, of.mailed(ctx, t)) },
		},
		{
			id: "mail.without-digest", title: "The mail holds nothing that looks like a hash, but for its code and in links.",
			level: reports.Should, authority: reports.Security, source: sourceMailedCodes, needs: withMail,
			run: func(ctx context.Context, t *spec.Trial) {
				made := of.mailed(ctx, t)
				for _, message := range made.messages {
					for _, digest := range derive.DigestsIn(message.Subject + " " + message.Text) {
						if !strings.EqualFold(digest, made.code) {
							t.Fail("a mail without hashes", "a word of 64 or 128 hexadecimal digits stands in it")
						}
					}
				}
			},
		},
		{
			// Who can call the method would do whatever it is that the mail guards.
			id: "code.hidden", title: "The code is mailed, and not in the answer.",
			level: reports.Must, authority: reports.Security, source: sourceMailedCodes, needs: withMail,
			run: func(ctx context.Context, t *spec.Trial) {
				made := of.mailed(ctx, t)
				if strings.Contains(string(made.exchange.Body), made.code) {
					t.Fail("an answer without the code", "the code stands in it")
				}
				for name, values := range made.exchange.Header {
					if strings.Contains(strings.ToUpper(strings.Join(values, " ")), strings.ToUpper(made.code)) {
						t.Fail("an answer without the code", "the code stands in its header "+name)
					}
				}
			},
		},
	}
}

func expectNothingDisclosed(t *spec.Trial, made mailing) {
	const nothing = "a mail with one code and nothing else that is secret"
	for _, message := range made.messages {
		text := message.Subject + " " + message.Text
		for _, what := range t.Target().Client().Secrets().In(text) {
			if what != "mailed code" {
				t.Fail(nothing, "a "+what+" stands in it")
			}
		}
		if derive.HoldsHash(text, made.account.Password) {
			t.Fail(nothing, "the hash of a password stands in it")
		}
		for _, code := range made.otherCodes {
			if strings.Contains(text, code) {
				t.Fail(nothing, "a code for another purpose stands in it")
			}
		}
		if others := derive.AddressesBeside(made.account.Email, text); len(others) > 0 {
			t.Fail("a mail about the account that it goes to", "the address of another account stands in it")
		}
	}
}

// codeLogins ask that nobody logs in with a code that was mailed for something
// else.
func codeLogins() []scenario {
	var scenarios []scenario
	for _, p := range purposes() {
		id, _ := p.refusal()
		scenarios = append(scenarios, scenario{
			id: id, title: p.title + " is not taken for the password.",
			level: reports.Must, authority: reports.Security, source: sourceMailedCodes, in: p.in, needs: withMail,
			run: func(ctx context.Context, t *spec.Trial) {
				account := p.whose(ctx, t)
				t.Expect(logIn(ctx, t, account.Handle, p.code(ctx, t, account)), check.Refused())
			},
		})
	}
	return scenarios
}
