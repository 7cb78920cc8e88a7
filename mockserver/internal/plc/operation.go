// Package plc keeps the identities that a mock server knows besides its own
// accounts: a PLC directory in memory, and a client of one elsewhere.
//
// It must not know accounts, nor XRPC.
package plc

import (
	"bytes"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/bluesky-social/indigo/atproto/atcrypto"
	"github.com/fxamacker/cbor/v2"

	"github.com/pdsconform/pdsconform/mockserver/internal/dag"
)

// Operation is what a DID says from one point in time on: who may change it,
// which keys it signs with, what it is also known as and where it is served.
// Source: https://web.plc.directory/spec/v0.1/did-plc
type Operation struct {
	Type                string             `json:"type"`
	RotationKeys        []string           `json:"rotationKeys"`
	VerificationMethods map[string]string  `json:"verificationMethods"`
	AlsoKnownAs         []string           `json:"alsoKnownAs"`
	Services            map[string]Service `json:"services"`
	Prev                *string            `json:"prev"` // the CID of the operation before; nil for the first
	Sig                 string             `json:"sig"`  // base64url, without padding
}

// Service is one entry of an operation's services.
type Service struct {
	Type     string `json:"type"`
	Endpoint string `json:"endpoint"`
}

// operationType is the only type that is taken: older forms and tombstones are
// for directories that last.
const operationType = "plc_operation"

// maxOperation is how many bytes an operation may have, as on the public
// directory.
const maxOperation = 4000

// Decode reads an operation and checks its form; the signature is for Submit.
func Decode(text []byte) (Operation, error) {
	if len(text) > maxOperation {
		return Operation{}, fmt.Errorf("an operation may have %d bytes", maxOperation)
	}
	var operation Operation
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&operation); err != nil {
		return Operation{}, errors.New("not a PLC operation: " + strings.TrimPrefix(err.Error(), "json: "))
	}
	return operation, operation.check()
}

func (o Operation) check() error {
	switch {
	case o.Type != operationType:
		return fmt.Errorf("the type of an operation must be %q", operationType)
	case len(o.RotationKeys) == 0:
		return errors.New("an operation needs at least one rotation key")
	}
	for _, key := range o.RotationKeys {
		if _, err := atcrypto.ParsePublicDIDKey(key); err != nil {
			return errors.New("every rotation key must be a did:key of a secp256k1 or p256 key")
		}
	}
	for name, key := range o.VerificationMethods {
		if !strings.HasPrefix(key, "did:key:") {
			return fmt.Errorf("verification method %q must be a did:key", name)
		}
	}
	return nil
}

// encoding is DAG-CBOR, as far as operations need it.
// Source: https://ipld.io/specs/codecs/dag-cbor/spec
var encoding = func() cbor.EncMode {
	mode, err := cbor.EncOptions{Sort: cbor.SortLengthFirst, NilContainers: cbor.NilContainerAsEmpty}.EncMode()
	if err != nil {
		panic(err) // the options are constants
	}
	return mode
}()

// encode returns the bytes of an operation, without its signature where the
// signature is to be made or checked.
func (o Operation) encode(signed bool) []byte {
	services := map[string]any{}
	for name, service := range o.Services {
		services[name] = map[string]string{"type": service.Type, "endpoint": service.Endpoint}
	}
	fields := map[string]any{
		"type": o.Type, "rotationKeys": o.RotationKeys, "verificationMethods": o.VerificationMethods,
		"alsoKnownAs": o.AlsoKnownAs, "services": services, "prev": o.Prev,
	}
	if signed {
		fields["sig"] = o.Sig
	}
	text, err := encoding.Marshal(fields)
	if err != nil {
		panic(err) // strings, lists and maps of them always have a form
	}
	return text
}

var lowerBase32 = base32.StdEncoding.WithPadding(base32.NoPadding)

func base32Lower(data []byte) string { return strings.ToLower(lowerBase32.EncodeToString(data)) }

// CID names an operation, for the prev of the next.
func (o Operation) CID() string {
	return dag.CID(o.encode(true))
}

// DID is the identifier that an operation begins, if it is a first one.
func (o Operation) DID() string {
	sum := sha256.Sum256(o.encode(true))
	return "did:plc:" + base32Lower(sum[:])[:24]
}

// Sign signs the operation in place.
func (o *Operation) Sign(key atcrypto.PrivateKey) error {
	signature, err := key.HashAndSign(o.encode(false))
	if err != nil {
		return fmt.Errorf("sign operation: %w", err)
	}
	o.Sig = base64.RawURLEncoding.EncodeToString(signature)
	return nil
}

// signedBy reports whether the signature is of one of the keys.
func (o Operation) signedBy(keys []string) bool {
	signature, err := base64.RawURLEncoding.DecodeString(o.Sig)
	if err != nil {
		return false
	}
	content := o.encode(false)
	return slices.ContainsFunc(keys, func(key string) bool {
		public, err := atcrypto.ParsePublicDIDKey(key)
		return err == nil && public.HashAndVerify(content, signature) == nil
	})
}
