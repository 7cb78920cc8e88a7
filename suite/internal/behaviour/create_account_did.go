package behaviour

import (
	"context"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/check"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// signUpWithDID are the requirements on bringing an account along.
func signUpWithDID() []scenario {
	return []scenario{
		{
			// A server may look for the proof before the DID, and then has another name.
			error: "UnresolvableDid", title: "A DID that nobody can resolve is refused, with UnresolvableDid where the server comes to look.",
			level: reports.May, authority: reports.Reference, needs: signUp,
			run: func(ctx context.Context, t *spec.Trial) {
				refusedImport(ctx, t, "UnresolvableDid", "did", t.Target().NewDID())
			},
		},
		{
			error: "IncompatibleDidDoc", title: "An operation that does not bring the account here is refused, with IncompatibleDidDoc where the server reads it.",
			level: reports.May, authority: reports.Reference, needs: signUp,
			run: func(ctx context.Context, t *spec.Trial) {
				refusedImport(ctx, t, "IncompatibleDidDoc", "plcOp", strangeOperation())
			},
		},
		{
			// Or anybody could have another's DID declared to live here.
			id: "did.without-token", title: "A DID is not taken over without a token of its owner.",
			level: reports.Should, authority: reports.Security, in: "input.did", source: sourceMigration, needs: signUp,
			run: func(ctx context.Context, t *spec.Trial) {
				did := t.Target().NewDID()
				exchange := importing(ctx, t, "did", did)
				if exchange.Succeeded() && exchange.String("did") != did {
					t.NotObserved("the target takes no notice of did") // the account got another one, so that nothing was taken over
				}
				t.Expect(exchange, check.Refused())
			},
		},
		{
			id: "handle.deactivated", title: "The handle of a deactivated account is not free: the account may come back.",
			level: reports.Must, authority: reports.Security, in: "method.deactivateAccount", source: sourceAccess, needs: signUp,
			run: func(ctx context.Context, t *spec.Trial) {
				down := deactivated(ctx, t).account
				identity := t.Target().NewIdentity()
				identity.Handle = down.Handle
				request, err := t.Target().SignUpRequest(ctx, t, identity)
				t.Unless(err)
				t.Expect(t.Do(ctx, request), check.Refused())
			},
		},
	}
}

// importing signs up with something of an account that is to be brought along.
func importing(ctx context.Context, t *spec.Trial, member string, value any) xrpc.Exchange {
	request, err := t.Target().SignUpRequest(ctx, t, t.Target().NewIdentity())
	t.Unless(err)
	return t.Do(ctx, request.With(member, value))
}

func refusedImport(ctx context.Context, t *spec.Trial, name, member string, value any) {
	exchange := importing(ctx, t, member, value)
	if exchange.Succeeded() {
		t.NotObserved("the target takes no notice of %s", member)
	}
	t.Expect(exchange, check.Refused())
	if given := exchange.ErrorName(); given != name {
		t.NotObserved("the target refuses it under another name: %s", check.Answer(exchange))
	}
}

// strangeOperation has the form of an operation of a PLC directory, and names
// another server and nobody's keys.
// Source: https://web.plc.directory/spec/v0.1/did-plc#operation-serialization-signing-and-validation
func strangeOperation() map[string]any {
	return map[string]any{
		"type": "plc_operation", "prev": nil, "sig": "AAAA",
		"rotationKeys": []any{recoveryKey}, "verificationMethods": map[string]any{"atproto": recoveryKey},
		"alsoKnownAs": []any{"at://elsewhere.example.com"},
		"services": map[string]any{"atproto_pds": map[string]any{
			"type": "AtprotoPersonalDataServer", "endpoint": "https://elsewhere.example.com"}},
	}
}
