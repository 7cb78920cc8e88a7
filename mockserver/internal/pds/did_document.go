package pds

import (
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/bluesky-social/indigo/atproto/atcrypto"
	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/plc"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// directory answers in the manner of a PLC directory, for the accounts of this
// server and for the identities that it was told: DID documents, their data,
// and operations that are posted to it.
// Source: https://web.plc.directory/spec/v0.1/did-plc
func (s *Server) directory(r *http.Request) (xrpc.Response, error) {
	did, below, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	if r.Method == http.MethodPost && below == "" {
		return s.submit(r, did)
	}
	said, found, err := s.said(r, did)
	if err != nil {
		return xrpc.Response{}, err
	}
	switch {
	case !found:
		return xrpc.Response{}, xrpc.NotFound("DID not registered: " + did)
	case below == "":
		response, err := answer(didDocument(did, said))
		response.ContentType = "application/did+ld+json; charset=utf-8"
		return response, err
	case below == "data":
		return answer(append(lexval.Object{Field("did", did)}, describeOperation(said)...))
	case below == "log/last":
		return answer(append(describeOperation(said), Field("type", said.Type), Field("prev", orNull(said.Prev)), Field("sig", said.Sig)))
	}
	return xrpc.Response{}, xrpc.NotFound("Cannot " + r.Method + " " + r.URL.Path)
}

// said is what a DID of this server or of its directory says.
func (s *Server) said(r *http.Request, did string) (plc.Operation, bool, error) {
	if account, found := s.Store.Account(did); found && !account.Imported {
		said, err := s.credentials(did, account.Handle, s.Origin(r))
		return said, true, err
	}
	said, found := s.Directory.Get(did)
	return said, found, nil
}

// submit takes an operation into the directory. Accounts that were made here
// have no history that one could follow.
func (s *Server) submit(r *http.Request, did string) (xrpc.Response, error) {
	const mostBytes = 1 << 16
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, mostBytes))
	if err != nil {
		return xrpc.Response{}, xrpc.InvalidRequest("The operation is too large")
	}
	operation, err := plc.Decode(body)
	if err != nil {
		return xrpc.Response{}, xrpc.InvalidRequest(err.Error())
	}
	if account, found := s.Store.Account(did); found && !account.Imported {
		return xrpc.Response{}, xrpc.InvalidRequest("The identity of an account of this server can't be changed")
	}
	if err := s.Directory.Submit(did, operation); err != nil {
		return xrpc.Response{}, xrpc.InvalidRequest(err.Error())
	}
	return text(""), nil
}

// describeOperation tells what an operation says, without what makes it one.
func describeOperation(said plc.Operation) lexval.Object {
	methods, services := lexval.Object{}, lexval.Object{}
	for name, key := range said.VerificationMethods {
		methods = append(methods, Field(name, key))
	}
	for name, service := range said.Services {
		services = append(services, Field(name, lexval.Object{Field("type", service.Type), Field("endpoint", service.Endpoint)}))
	}
	byName := func(a, b lexval.Member) int { return strings.Compare(a.Name, b.Name) }
	slices.SortFunc(methods, byName)
	slices.SortFunc(services, byName)
	return lexval.Object{
		Field("rotationKeys", lexval.Strings(said.RotationKeys)), Field("verificationMethods", methods),
		Field("alsoKnownAs", lexval.Strings(said.AlsoKnownAs)), Field("services", services),
	}
}

func orNull(text *string) any {
	if text == nil {
		return nil
	}
	return *text
}

// didDocument is the document of a DID that says this.
// Source: https://atproto.com/specs/did#did-documents
func didDocument(did string, said plc.Operation) lexval.Object {
	methods, services := []any{}, []any{}
	data := describeOperation(said)
	for _, method := range data[1].Value.(lexval.Object) {
		key, _ := method.Value.(string)
		public, err := atcrypto.ParsePublicDIDKey(key)
		if err != nil {
			continue // a key of a kind that no document could show
		}
		methods = append(methods, lexval.Object{
			Field("id", did+"#"+method.Name), Field("type", "Multikey"),
			Field("controller", did), Field("publicKeyMultibase", public.Multibase()),
		})
	}
	for _, service := range data[3].Value.(lexval.Object) {
		entry := said.Services[service.Name]
		services = append(services, lexval.Object{
			Field("id", "#"+service.Name), Field("type", entry.Type), Field("serviceEndpoint", entry.Endpoint),
		})
	}
	return lexval.Object{
		Field("@context", lexval.Strings([]string{"https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"})),
		Field("id", did),
		Field("alsoKnownAs", lexval.Strings(said.AlsoKnownAs)),
		Field("verificationMethod", methods),
		Field("service", services),
	}
}
