package pds

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/pdsconform/pdsconform/mockserver/internal/plc"
	"github.com/pdsconform/pdsconform/mockserver/internal/token"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// An account that comes from another server brings its DID along, and a service
// token by which that one says that it may. The account starts deactivated.

// imported is the DID that a sign-up brings along, or "". The token is looked
// at wherever one is sent, and has no effect without a DID.
func (s *Server) imported(ctx context.Context, call *xrpc.Call) (did string, said plc.Operation, err error) {
	if s.rules[call.NSID].Takes&ServiceToken == 0 {
		return "", plc.Operation{}, nil // a header is nothing to this revision
	}
	if s.config.Variants.ImportsIgnored {
		delete(call.Input, "plcOp")
		if _, proved := BearerToken(call.HTTP); !proved {
			delete(call.Input, "did")
		}
	}
	if did = call.Input.String("did"); did != "" {
		if said, err = s.Resolve(ctx, did); err != nil {
			return "", said, unresolvable(err)
		}
	}
	issuer, err := s.verifyMove(ctx, call)
	switch {
	case err != nil:
		return "", said, err
	case did != "" && issuer != did:
		return "", said, xrpc.AuthenticationRequired("Missing auth to create an account with the DID " + did)
	}
	return did, said, nil
}

func unresolvable(err error) error {
	if errors.Is(err, plc.ErrUnknown) {
		return xrpc.Fail("UnresolvableDid", "The DID could not be resolved")
	}
	return upstreamFailure()
}

// verifyMove returns the DID in whose name another server has signed, "" where
// no token is sent.
func (s *Server) verifyMove(ctx context.Context, call *xrpc.Call) (issuer string, err error) {
	raw, given := BearerToken(call.HTTP)
	if !given {
		return "", nil
	}
	signed, err := token.ParseService(raw)
	switch {
	case errors.Is(err, token.ErrType):
		return "", badJWT("BadJwtType", "A session's token is no service token")
	case errors.Is(err, token.ErrIssuer):
		return "", badJWT("BadJwtIss", "The issuer is malformed")
	case err != nil:
		return "", badJWT("BadJwt", "The token is malformed")
	case signed.Expired(s.Clock.Now()):
		return "", badJWT("JwtExpired", "The token has expired")
	case signed.Audience != s.did():
		return "", badJWT("BadJwtAudience", "The token is for another server")
	case signed.Method != call.NSID:
		return "", badJWT("BadJwtLexiconMethod", "The token is for another method")
	}
	issuer, _, _ = strings.Cut(signed.Issuer, "#")
	said, err := s.Resolve(ctx, issuer)
	if err != nil {
		return "", xrpc.AuthenticationRequired("The issuer could not be resolved")
	}
	if err := signed.Verify(said.VerificationMethods[signingMethod]); err != nil {
		return "", badJWT("BadJwtSignature", "The signature is not the issuer's")
	}
	return issuer, nil
}

func badJWT(name, message string) error {
	return &xrpc.Error{Status: http.StatusUnauthorized, Name: name, Message: message}
}

// checkOperation holds the operation that a sign-up brings along against what
// would lead to this server, and submits it.
func (s *Server) checkOperation(call *xrpc.Call, did, handle string) error {
	given, found := call.Input["plcOp"]
	if !found {
		return nil
	}
	incompatible := func(message string) error { return xrpc.Fail("IncompatibleDidDoc", message) }
	text, err := json.Marshal(given)
	if err != nil {
		return incompatible("plcOp is not a PLC operation")
	}
	operation, err := plc.Decode(text)
	if err != nil {
		return incompatible("plcOp is not a PLC operation")
	}
	want, err := s.credentials(did, handle, s.Origin(call.HTTP))
	switch {
	case err != nil:
		return err
	case operation.Services[pdsService].Endpoint != want.Services[pdsService].Endpoint:
		return incompatible("plcOp names another server")
	case !slices.Contains(operation.AlsoKnownAs, want.AlsoKnownAs[0]):
		return incompatible("plcOp names another handle")
	case operation.VerificationMethods[signingMethod] != want.VerificationMethods[signingMethod]:
		return incompatible("plcOp names another signing key than the one reserved")
	case did == "":
		return incompatible("plcOp belongs to a DID, and none is given")
	}
	if known, found := s.Directory.Get(did); found && known.CID() == operation.CID() {
		return nil // a transaction that lost a race has submitted it
	}
	if err := s.Directory.Submit(did, operation); err != nil {
		return incompatible("plcOp is refused by the directory")
	}
	return nil
}
