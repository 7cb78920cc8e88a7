package derive

import (
	"context"
	"slices"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/check"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/target"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

const sourceIsolation = "https://owasp.org/Top10/A01_2021-Broken_Access_Control/#description"

// isolation asks that whose account a query is about is said by its credential
// alone. Parameters that the document doesn't have name another account.
func (b *builder) isolation() {
	if !b.method.IsQuery() || b.recipe.Credential != spec.AccessToken || !tellsApart(b.method.Output.Object()) {
		return
	}
	b.addWith([]target.Capability{target.SignUp}, obligation{"isolation.parameters",
		"A query with a token of one account, and the DID and handle of another in parameters, tells nothing of the other.",
		reports.Must, reports.Security, sourceIsolation}, b.isolated)
}

// isolated takes the account of valid requests, which has something to tell of,
// and asks in the name of one that nothing was done to.
func (b *builder) isolated(ctx context.Context, t *spec.Trial) {
	nsid := b.method.NSID
	t.Need(b.recipe.Needs...)
	t.Baseline(ctx, nsid)
	other := t.Borrow(ctx)
	session, err := other.Session(ctx, t)
	t.Unless(err)
	plain := t.UnusedRequest(ctx, nsid)
	request := plain
	for name, value := range map[string]string{"did": other.DID, "repo": other.DID, "account": other.DID, "actor": other.Handle, "handle": other.Handle} {
		if b.method.Params == nil || b.method.Params.Property(name) == nil {
			request = request.WithParameter(name, value)
		}
	}
	ask := func(request xrpc.Request) string { return canonical(t.Rely(t.Do(ctx, request))) }
	theirs := ask(plain.WithBearer(session.Access))
	differ := func() bool { return ask(plain) != theirs }
	if !differ() {
		t.NotObserved("both accounts are answered alike, so that nothing can be told")
	}
	exchange := t.Do(ctx, request)
	if exchange.Refused() {
		return
	}
	t.Expect(exchange, check.Succeeds())
	// Other trials may have changed what there is to tell of the first account.
	if canonical(exchange) == theirs && differ() {
		t.Fail("the answer about the account whose token was sent", "the answer about the account that parameters name")
	}
}

// tellsApart reports whether answers about two accounts differ: they name the
// account, or list what it has.
func tellsApart(output *lexicons.Object) bool {
	if output == nil {
		return false
	}
	return output.Property("did") != nil || slices.ContainsFunc(output.Properties, func(p lexicons.Property) bool {
		_, isList := lexicons.Deref(p.Schema).(*lexicons.Array)
		return isList
	})
}
