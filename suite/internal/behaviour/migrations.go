package behaviour

import (
	"context"
	"encoding/json"
	"time"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/check"
	"github.com/pdsconform/pdsconform/suite/internal/plc"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/target"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// withPLC is what scenarios on moving an account need.
var withPLC = []target.Capability{target.SignUp, target.PLC}

// nsidRecommended is a method of another family, by which a server says what the
// identity of an account on it should be.
const nsidRecommended = "com.atproto.identity.getRecommendedDidCredentials"

// migrations are the requirements on bringing along an account whose owner
// proves it.
func migrations() []scenario {
	return []scenario{
		{
			id: "did.imported", title: "With a token of its owner, a DID from elsewhere gets an account, which is not active yet.",
			level: reports.Should, authority: reports.Reference, in: "input.did", source: "input.did", needs: withPLC,
			run: func(ctx context.Context, t *spec.Trial) {
				identity := newIdentity(ctx, t)
				exchange := importAccount(ctx, t, identity, identity)
				t.Expect(exchange, check.Member("did", identity.DID))
				session := whoAmI(ctx, t, exchange.String("accessJwt"))
				if active := session.Object()["active"]; active == any(true) {
					t.Fail("getSession to say that the account is not active", "active is true")
				}
			},
		},
		{
			// Or anybody could have another's DID declared to live here. That a right
			// token is taken is shown first.
			id: "did.wrong-key", title: "A token that another identity has signed does not bring a DID along.",
			level: reports.Must, authority: reports.Security, in: "input.did", source: sourceServiceAuth, needs: withPLC,
			run: func(ctx context.Context, t *spec.Trial) {
				move(ctx, t)
				t.Expect(importAccount(ctx, t, newIdentity(ctx, t), newIdentity(ctx, t)), check.Refused())
			},
		},
	}
}

// newcomer is an identity of the run, with the names that it is to have here.
type newcomer struct {
	*plc.Identity
	names target.Identity
}

func newIdentity(ctx context.Context, t *spec.Trial) newcomer {
	names := t.Target().NewIdentity()
	identity, err := plc.Create(ctx, t.Target().PLC(), names.Handle)
	t.Unless(err)
	return newcomer{identity, names}
}

// importAccount signs up with the DID of one identity and a token of another,
// which is the same where all is well.
func importAccount(ctx context.Context, t *spec.Trial, who, signer newcomer) xrpc.Exchange {
	if t.Target().Moved() > 0 {
		t.NotObserved("the target's clock was moved, and what time it is there can't be known")
	}
	server := t.Rely(t.Do(ctx, xrpc.Query(nsidDescribeServer, nil))).String("did")
	token, err := signer.Token(server, nsidCreateAccount, time.Now())
	t.Unless(err)
	request, err := t.Target().SignUpRequest(ctx, t, who.names)
	t.Unless(err)
	return t.Do(ctx, request.With("did", who.DID).WithBearer(token))
}

// migrant is an account that was brought along, and is not active yet.
type migrant struct {
	newcomer
	session target.Session
}

// move brings an account along. A target that doesn't take it fails a
// requirement of its own.
func move(ctx context.Context, t *spec.Trial) migrant {
	identity := newIdentity(ctx, t)
	exchange := importAccount(ctx, t, identity, identity)
	if !exchange.Succeeded() {
		t.NotObserved("the target takes no account along: %s", check.Answer(exchange))
	}
	return migrant{identity, sessionOf(t, exchange)}
}

// settle has the DID document say what the target recommends.
func (m migrant) settle(ctx context.Context, t *spec.Trial) {
	exchange := t.Do(ctx, xrpc.Query(nsidRecommended, nil).WithBearer(m.session.Access))
	var recommended plc.Operation
	if !exchange.Succeeded() || json.Unmarshal(exchange.Body, &recommended) != nil {
		t.NotObserved("the target does not say what the DID document should be: %s", check.Answer(exchange))
	}
	t.Unless(m.Update(ctx, t.Target().PLC(), recommended))
}
