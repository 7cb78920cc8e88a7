package derive

import (
	"context"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/check"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/target"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// isolationOfInput asks that whose account a procedure changes is said by its
// credential alone. Members and parameters that the document doesn't have name
// another account, of which is asked before and afterwards whatever can be.
func (b *builder) isolationOfInput() {
	if b.method.IsQuery() || b.recipe.Credential != spec.AccessToken {
		return
	}
	nsid := b.method.NSID
	b.addWith([]target.Capability{target.SignUp}, obligation{"isolation.input",
		"A procedure with a token of one account, and the DID and handle of another beside its input, changes nothing of the other.",
		reports.Must, reports.Security, sourceIsolation}, func(ctx context.Context, t *spec.Trial) {
		t.Need(b.recipe.Needs...)
		t.Baseline(ctx, nsid)
		other := t.Borrow(ctx) // nobody else changes it meanwhile
		session, err := other.Session(ctx, t)
		t.Unless(err)
		request := t.ValidRequest(ctx, nsid)
		for name, value := range map[string]string{"did": other.DID, "repo": other.DID, "account": other.DID, "handle": other.Handle, "identifier": other.Handle} {
			request = b.withUnknown(request, name, value)
		}
		moved, before := t.Target().Moved(), b.toldOf(ctx, t, session)
		mail := b.mailboxOf(ctx, t, other)
		exchange := t.Do(ctx, request)
		t.AfterSuccess(ctx, nsid, exchange)
		if !exchange.Succeeded() {
			t.Expect(exchange, check.Refused())
		}
		if t.Target().Moved() != moved {
			t.NotObserved("time has passed meanwhile, by which an account may have earned invite codes")
		}
		b.expectUntouched(ctx, t, session, before)
		if mail != nil {
			if messages, err := mail.Peek(ctx); err == nil && len(messages) > 0 {
				t.Fail("nothing to happen to the other account", "mail came to its address")
			}
		}
	})
}

// withUnknown names something in a request that the document doesn't, in its
// body where it has one.
func (b *builder) withUnknown(request xrpc.Request, name, value string) xrpc.Request {
	object := b.method.Input.Object()
	switch {
	case object == nil:
		return request.WithParameter(name, value)
	case object.Property(name) == nil:
		return request.With(name, value)
	}
	return request
}

func (b *builder) mailboxOf(ctx context.Context, t *spec.Trial, account *target.Account) *target.Mailbox {
	if t.Target().Missing(target.Mail) != nil || account.Email == "" {
		return nil
	}
	box, err := t.Target().Mailbox(ctx, account.Email)
	t.Unless(err)
	return box
}

// toldOf is what an account is told of itself by each query that asks nothing but
// its token.
func (b *builder) toldOf(ctx context.Context, t *spec.Trial, session target.Session) map[string]string {
	answers := map[string]string{}
	for _, query := range b.own {
		answers[query.NSID] = "a refusal"
		if exchange := t.Do(ctx, xrpc.Query(query.NSID, nil).WithBearer(session.Access)); exchange.Succeeded() {
			answers[query.NSID] = canonical(exchange)
		}
	}
	return answers
}

func (b *builder) expectUntouched(ctx context.Context, t *spec.Trial, session target.Session, before map[string]string) {
	after := b.toldOf(ctx, t, session)
	for nsid, answer := range after {
		if answer == before[nsid] {
			continue
		}
		if b.toldOf(ctx, t, session)[nsid] != answer {
			t.NotObserved("two equal requests are answered differently, so that nothing can be told")
		}
		t.Fail("nothing to happen to the other account", nsid+" answers it differently than before")
	}
}

// ownQueries are the queries that an account can ask of itself with nothing but
// its token.
func ownQueries(catalog *lexicons.Catalog, recipes map[string]spec.Recipe) []*lexicons.Method {
	var own []*lexicons.Method
	for _, method := range catalog.Methods() {
		needsNothing := method.Params == nil || len(method.Params.Required) == 0
		if method.IsQuery() && needsNothing && recipes[method.NSID].Credential == spec.AccessToken {
			own = append(own, method)
		}
	}
	return own
}
