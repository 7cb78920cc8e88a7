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

// mailsDiscloseNothing asks of a mail with a code that it holds nothing which
// its reader could do more with, nor anything of others. Mail is read by whoever
// has the address, and by all whom it passes on its way.
func mailsDiscloseNothing(request string) scenario {
	all := purposes()
	of := all[slices.IndexFunc(all, func(p purpose) bool { return p.request == request })]
	return scenario{
		id: "mail.discloses-nothing", title: "The mail holds no password and no token, no code for anything else, and nobody else's address.",
		level: reports.Must, authority: reports.Security, source: sourceMailedCodes, needs: withMail,
		run: func(ctx context.Context, t *spec.Trial) {
			account := of.whose(ctx, t)
			var codes []string
			for _, other := range all[:2] { // which can be had for any address
				if other.request != request {
					codes = append(codes, other.code(ctx, t, account))
				}
			}
			expectNothingDisclosed(ctx, t, of, account, codes)
		},
	}
}

func expectNothingDisclosed(ctx context.Context, t *spec.Trial, of purpose, account *target.Account, otherCodes []string) {
	box := mailbox(ctx, t, account.Email)
	t.Rely(t.Do(ctx, of.ask(ctx, t, account)))
	expectMail(ctx, t, box, of.topic())
	for _, message := range box.Read() {
		text := message.Subject + " " + message.Text
		for _, what := range t.Target().Client().Secrets().In(text) {
			if what != "mailed code" {
				t.Fail("a mail with one code and nothing else that is secret", "a "+what+" stands in it")
			}
		}
		for _, code := range otherCodes {
			if strings.Contains(text, code) {
				t.Fail("a mail with one code and nothing else that is secret", "a code for another purpose stands in it")
			}
		}
		if others := derive.AddressesBeside(account.Email, text); len(others) > 0 {
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
