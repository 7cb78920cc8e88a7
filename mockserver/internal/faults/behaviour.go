package faults

import (
	"context"
	"net/http"
	"slices"

	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/pds"
	"github.com/pdsconform/pdsconform/mockserver/internal/store"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// behaviourDefects are what no document says of a server that is wrong. Nearly
// all of them stand around the handlers, which know nothing of them.
func behaviourDefects() []defect {
	return slices.Concat(
		signUpDefects(), signUpRaceDefects(), signUpInviteDefects(), signUpHandleDefects(),
		logInDefects(), logInPasswordDefects(), passwordDefects(), capitalDefects(), logInIdentifierDefects(), getSessionDefects(),
		refreshDefects(), logOutDefects(),
		createAppPasswordDefects(), listAppPasswordsDefects(), revokeAppPasswordDefects(),
		createInviteDefects(), createInvitesDefects(), listInvitesDefects(), earnedInvitesDefects(), describeServerDefects(),
		requestResetDefects(), resetDefects(), mailDefects(),
		requestDeletionDefects(), deletionDefects(), partialDeletionDefects(),
		codeDefects(), updateCodeDefects(), addressDefects(), lifetimeDefects(),
		deletionLaxities(), appPasswordLaxities(), nameLaxities(),
		emailDefects(), statusDefects(), serviceAuthDefects(), factorDefects(),
	)
}

// faultyCall is one call of a method that behaves wrongly.
type faultyCall struct {
	*server
	ctx  context.Context // of this call, and ending with it
	call *xrpc.Call
	next xrpc.Handler
}

// carryOut does what a right server does.
func (s faultyCall) carryOut() (lexval.Object, error) { return s.next(s.ctx, s.call) }

// text is a member of the input; setInput replaces it.
func (s faultyCall) text(name string) string         { return s.call.Input.String(name) }
func (s faultyCall) setInput(name string, value any) { s.call.Input[name] = value }
func (s faultyCall) caller() string                  { return s.call.Caller.DID }
func (s faultyCall) asks(parameter string) bool      { return s.call.HTTP.URL.Query().Has(parameter) }

// behaviour is a defect of what a method does.
func behaviour(method, name, description string, act func(faultyCall) (lexval.Object, error)) defect {
	return behaviourOf(method, name, description, func(s *server, p *plan) { p.act(s, method, act) })
}

// behaviourOf is a defect that takes more than one method, or less.
func behaviourOf(method, name, description string, apply func(*server, *plan)) defect {
	return defect{
		Defect: Defect{
			ID: "behaviour." + method + "." + name, Method: pds.LongName(method), Facet: "behaviour",
			Description: method + " " + description,
		},
		apply: apply,
	}
}

// hooked is a defect of what lies below the handlers.
func hooked(method, name, description string, change func(*server, *pds.Hooks)) defect {
	return behaviourOf(method, name, description, func(s *server, p *plan) { change(s, &p.hooks) })
}

// act puts itself around a handler.
func (p *plan) act(s *server, method string, act func(faultyCall) (lexval.Object, error)) {
	f := p.on(pds.LongName(method))
	f.Handle = append(f.Handle, func(next xrpc.Handler) xrpc.Handler {
		return func(ctx context.Context, call *xrpc.Call) (lexval.Object, error) {
			return act(faultyCall{s, ctx, call, next})
		}
	})
}

// look has a second look at the caller of a method.
func (p *plan) look(method string, look func(*http.Request, xrpc.Caller, error) (xrpc.Caller, error)) {
	f := p.on(pds.LongName(method))
	f.Authorize = append(f.Authorize, look)
}

// with returns an output in which a member has another value.
func with(output lexval.Object, name string, value any) lexval.Object {
	changed := slices.Clone(output)
	for i := range changed {
		if changed[i].Name == name {
			changed[i].Value = value
		}
	}
	return changed
}

// valueOf returns a member of an output.
func valueOf(output lexval.Object, name string) any {
	for _, member := range output {
		if member.Name == name {
			return member.Value
		}
	}
	return nil
}

// answering makes a defect of a member of a method's output.
func answering(method, name, description, member string, value func(faultyCall, any) any) defect {
	return behaviour(method, name, description, func(s faultyCall) (lexval.Object, error) {
		output, err := s.carryOut()
		held := valueOf(output, member)
		if err != nil || held == nil {
			return output, err
		}
		return with(output, member, value(s, held)), nil
	})
}

// somebodyElse is an account of another DID; where there is none, nobody's.
func (s *server) somebodyElse(did any) store.Account {
	for _, account := range s.core.Store.Accounts() {
		if account.DID != did {
			return account
		}
	}
	return store.Account{
		DID: "did:plc:someb2dyelse2someb2dyelse", Handle: "somebody-else" + s.core.Config().UserDomains[0], Email: "somebody-else@example.com",
	}
}

// somebodyElsesIn are answers that tell who somebody else is.
func somebodyElsesIn(method string, members ...string) []defect {
	var all []defect
	for _, member := range members {
		all = append(all, behaviour(method, "somebody-elses-"+member, "answers with the "+member+" of another account",
			func(s faultyCall) (lexval.Object, error) {
				output, err := s.carryOut()
				other := s.somebodyElse(valueOf(output, "did"))
				return with(output, member, map[string]string{
					"did": other.DID, "handle": other.Handle, "email": other.Email,
				}[member]), err
			}))
	}
	return all
}

// sessionOf is the session whose tokens an output holds.
func (s *server) sessionOf(output lexval.Object) (session store.Session, found bool) {
	raw, _ := valueOf(output, "refreshJwt").(string)
	claims, err := s.core.Tokens.Unverified(raw)
	if err != nil {
		return store.Session{}, false
	}
	return s.core.Store.Begin().Session(claims.ID)
}

// tokenDefects are those of the tokens in an output.
func tokenDefects(method string) []defect {
	return []defect{
		behaviour(method, "refresh-token-dead", "answers with a refresh token that is good for nothing", func(s faultyCall) (lexval.Object, error) {
			output, err := s.carryOut()
			if session, found := s.sessionOf(output); found {
				s.core.Alter(func(tx *store.Tx) { tx.DeleteSession(session.ID) })
			}
			return output, err
		}),
		answering(method, "access-token-of-somebody-else", "answers with an access token of another account", "accessJwt",
			func(s faultyCall, mine any) any {
				claims, _ := s.core.Tokens.Unverified(mine.(string))
				return s.core.Tokens.Access(s.somebodyElse(claims.Subject).DID, claims.Scope)
			}),
		behaviour(method, "tokens-swapped", "answers with the two tokens in each other's place", func(s faultyCall) (lexval.Object, error) {
			output, err := s.carryOut()
			return with(with(output, "accessJwt", valueOf(output, "refreshJwt")), "refreshJwt", valueOf(output, "accessJwt")), err
		}),
	}
}

// scoped signs the tokens of an output anew, for a session with full or with
// little power.
func (s *server) scoped(output lexval.Object, withAppPassword bool) lexval.Object {
	session, found := s.sessionOf(output)
	if !found {
		return output
	}
	session.WithAppPassword = withAppPassword
	s.core.Alter(func(tx *store.Tx) { tx.PutSession(session, s.core.Clock.Now()) })
	tokens := s.core.TokensOf(session)
	return with(with(output, "accessJwt", tokens[0].Value), "refreshJwt", tokens[1].Value)
}
