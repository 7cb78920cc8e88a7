package pds

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/bluesky-social/indigo/atproto/atcrypto"
	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/plc"
)

// PutIdentity makes a DID document known, as decoded from JSON: that of an account
// which is on another server, or comes from there. It replaces what was known of
// its DID, and may be of any method. The error begins with the member that is no
// good.
func (s *Server) PutIdentity(document map[string]any) (did string, err error) {
	did, said, err := readIdentity(document)
	if err != nil {
		return "", err
	}
	if account, found := s.Store.Account(did); found && !account.Imported {
		return "", fmt.Errorf("id: %s is an account of this server", did)
	}
	return did, s.Directory.Put(did, said)
}

// CheckIdentities holds DID documents against what PutIdentity asks of them. The
// error begins with the place in the list.
func CheckIdentities(documents []map[string]any) error {
	for i, document := range documents {
		if _, _, err := readIdentity(document); err != nil {
			return fmt.Errorf("identities[%d].%w", i, err)
		}
	}
	return nil
}

// didMembers is what a DID document says of an account.
// Source: https://atproto.com/specs/did#did-documents
type didMembers struct {
	ID                 string   `json:"id"`
	AlsoKnownAs        []string `json:"alsoKnownAs"`
	VerificationMethod []struct {
		ID                 string `json:"id"`
		PublicKeyMultibase string `json:"publicKeyMultibase"`
	} `json:"verificationMethod"`
	Service []struct {
		ID       string `json:"id"`
		Type     string `json:"type"`
		Endpoint string `json:"serviceEndpoint"`
	} `json:"service"`
}

func readIdentity(document map[string]any) (did string, said plc.Operation, err error) {
	var members didMembers
	text, err := json.Marshal(document)
	if err == nil {
		err = json.Unmarshal(text, &members)
	}
	if wrong := new(json.UnmarshalTypeError); errors.As(err, &wrong) {
		return "", said, fmt.Errorf("%s: must not be a %s", wrong.Field, wrong.Value)
	}
	switch {
	case err != nil:
		return "", said, fmt.Errorf("id: the document can't be read: %w", err)
	case !lexval.IsDID(members.ID):
		return "", said, errors.New("id: must be a DID")
	}
	said = plc.Operation{AlsoKnownAs: members.AlsoKnownAs, VerificationMethods: map[string]string{}, Services: map[string]plc.Service{}}
	for _, method := range members.VerificationMethod {
		public, err := atcrypto.ParsePublicMultibase(method.PublicKeyMultibase)
		if err != nil {
			return "", said, errors.New("verificationMethod: publicKeyMultibase must be a P-256 or K-256 key")
		}
		said.VerificationMethods[fragmentOf(method.ID)] = public.DIDKey()
	}
	for _, service := range members.Service {
		said.Services[fragmentOf(service.ID)] = plc.Service{Type: service.Type, Endpoint: service.Endpoint}
	}
	if said.VerificationMethods[signingMethod] == "" {
		return "", said, errors.New("verificationMethod: must have one whose id ends in #" + signingMethod)
	}
	return members.ID, said, nil
}

// fragmentOf is the name of what a document describes, with the DID before it or
// without.
func fragmentOf(id string) string {
	_, fragment, _ := strings.Cut(id, "#")
	return fragment
}
