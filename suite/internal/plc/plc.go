// Package plc makes identities in a PLC directory and changes them, as the owner
// of an account that moves from one server to another does.
//
// It must not know requirements, nor the server under test.
package plc

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/bluesky-social/indigo/atproto/atcrypto"
	"github.com/fxamacker/cbor/v2"
)

// publicDirectory holds the identities of the network for good: nothing made up
// belongs there.
const publicDirectory = "plc.directory"

// Check reports why a URL can't be that of a directory to write to.
func Check(raw string) error {
	parsed, err := url.Parse(raw)
	switch {
	case err != nil || parsed.Host == "" || parsed.Scheme != "http" && parsed.Scheme != "https":
		return fmt.Errorf("%q must begin with http:// or https:// and name a host", raw)
	case isPublic(strings.ToLower(strings.TrimSuffix(parsed.Hostname(), "."))):
		return fmt.Errorf("%s is the public directory, in which what a run makes would stand for ever: name one of your own, which the target reads", parsed.Hostname())
	}
	return nil
}

func isPublic(host string) bool {
	return host == publicDirectory || strings.HasSuffix(host, "."+publicDirectory)
}

// Operation is what an identity says from one point in time on.
// Source: https://web.plc.directory/spec/v0.1/did-plc#operation-serialization-signing-and-validation
type Operation struct {
	Type                string             `json:"type" cbor:"type"`
	RotationKeys        []string           `json:"rotationKeys" cbor:"rotationKeys"`
	VerificationMethods map[string]string  `json:"verificationMethods" cbor:"verificationMethods"`
	AlsoKnownAs         []string           `json:"alsoKnownAs" cbor:"alsoKnownAs"`
	Services            map[string]Service `json:"services" cbor:"services"`
	Prev                *string            `json:"prev" cbor:"prev"` // the CID of the one before
	Sig                 string             `json:"sig,omitempty" cbor:"sig,omitempty"`
}

// Service is where an identity is served.
type Service struct {
	Type     string `json:"type" cbor:"type"`
	Endpoint string `json:"endpoint" cbor:"endpoint"`
}

// Identity is a DID whose keys the run holds.
type Identity struct {
	DID      string
	rotation atcrypto.PrivateKey
	signing  atcrypto.PrivateKey
	last     Operation
}

// Create makes an identity of that handle in a directory, served elsewhere than
// on any server that exists.
func Create(ctx context.Context, directory, handle string) (*Identity, error) {
	rotation, err := atcrypto.GeneratePrivateKeyK256()
	if err != nil {
		return nil, err
	}
	signing, err := atcrypto.GeneratePrivateKeyK256()
	if err != nil {
		return nil, err
	}
	i := &Identity{rotation: rotation, signing: signing}
	genesis := Operation{
		AlsoKnownAs: []string{"at://" + handle},
		Services:    map[string]Service{"atproto_pds": {Type: "AtprotoPersonalDataServer", Endpoint: "https://elsewhere.example.com"}},
	}
	for key, private := range map[string]atcrypto.PrivateKey{"rotation": rotation, "atproto": signing} {
		public, err := private.PublicKey()
		if err != nil {
			return nil, err
		}
		if key == "rotation" {
			genesis.RotationKeys = []string{public.DIDKey()}
		} else {
			genesis.VerificationMethods = map[string]string{key: public.DIDKey()}
		}
	}
	return i, i.submit(ctx, directory, genesis)
}

// Update has the identity say something else from now on.
func (i *Identity) Update(ctx context.Context, directory string, next Operation) error {
	encoded, err := encode(i.last)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(encoded)
	// Version 1, dag-cbor, sha2-256 of 32 bytes. Source: https://github.com/multiformats/cid
	prev := "b" + lower(append([]byte{1, 0x71, 0x12, 32}, sum[:]...))
	next.Prev = &prev
	return i.submit(ctx, directory, next)
}

func (i *Identity) submit(ctx context.Context, directory string, operation Operation) error {
	operation.Type, operation.Sig = "plc_operation", ""
	unsigned, err := encode(operation)
	if err != nil {
		return err
	}
	signature, err := i.rotation.HashAndSign(unsigned)
	if err != nil {
		return err
	}
	operation.Sig = base64.RawURLEncoding.EncodeToString(signature)
	if i.DID == "" {
		signed, err := encode(operation)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(signed)
		i.DID = "did:plc:" + lower(sum[:])[:24]
	}
	if err := post(ctx, strings.TrimSuffix(directory, "/")+"/"+i.DID, operation); err != nil {
		return err
	}
	i.last = operation
	return nil
}

// encode is DAG-CBOR: the names of members in order of length, then of bytes.
// Source: https://ipld.io/specs/codecs/dag-cbor/spec
func encode(operation Operation) ([]byte, error) {
	mode, err := cbor.EncOptions{Sort: cbor.SortLengthFirst, NilContainers: cbor.NilContainerAsEmpty}.EncMode()
	if err != nil {
		return nil, err
	}
	return mode.Marshal(operation)
}

func lower(data []byte) string {
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(data))
}

// patience is how long a directory may take; maxAnswer is what is read of it.
const (
	patience  = 10 * time.Second
	maxAnswer = 4 << 10
)

func post(ctx context.Context, address string, operation Operation) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	text, err := json.Marshal(operation)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(text))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("PLC directory: %w", err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return fmt.Errorf("PLC directory: %w", err)
	}
	if response.StatusCode/100 != 2 {
		return fmt.Errorf("PLC directory: an operation was answered with %d: %.200s", response.StatusCode, answer)
	}
	return nil
}

// lifetime is that of a token that is used at once.
const lifetime = 60 * time.Second

// Token allows a server to call a method on behalf of the identity.
// Source: https://atproto.com/specs/xrpc#inter-service-authentication-jwt
func (i *Identity) Token(audience, method string, now time.Time) (string, error) {
	header := part(map[string]any{"alg": "ES256K", "typ": "JWT"})
	claims := part(map[string]any{"iss": i.DID, "aud": audience, "lxm": method,
		"iat": now.Unix(), "exp": now.Add(lifetime).Unix(), "jti": fmt.Sprintf("%x", now.UnixNano())})
	signature, err := i.signing.HashAndSign([]byte(header + "." + claims))
	return header + "." + claims + "." + base64.RawURLEncoding.EncodeToString(signature), err
}

func part(members map[string]any) string {
	text, _ := json.Marshal(members) // strings and numbers always have a form
	return base64.RawURLEncoding.EncodeToString(text)
}
