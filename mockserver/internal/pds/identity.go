package pds

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"github.com/bluesky-social/indigo/atproto/atcrypto"
	"github.com/pdsconform/pdsconform/mockserver/internal/plc"
	"github.com/pdsconform/pdsconform/mockserver/internal/store"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// pdsService names, in an identity, the server that an account is on.
// Source: https://atproto.com/specs/did#did-documents
const (
	pdsService     = "atproto_pds"
	pdsServiceType = "AtprotoPersonalDataServer"
	signingMethod  = "atproto"
)

// accountKey is the key by which an account signs. It follows from the server's
// own, so that none has to be kept, also not one that was only reserved.
func (s *Server) accountKey(did string) (atcrypto.PrivateKey, error) {
	return s.derivedKey("account", did)
}

func (k keys) derivedKey(purpose, of string) (atcrypto.PrivateKey, error) {
	sum := hmac.New(sha256.New, k.SigningKey)
	fmt.Fprintf(sum, "%s:%s", purpose, of)
	bytes := sum.Sum(nil)
	bytes[0] &= 0x7f // below the order of the curve
	key, err := atcrypto.ParsePrivateBytesP256(bytes)
	if err != nil {
		return nil, fmt.Errorf("%s key: %w", purpose, err)
	}
	return key, nil
}

// didKey is the public key that belongs to a private one.
func didKey(key atcrypto.PrivateKey, err error) (string, error) {
	if err != nil {
		return "", err
	}
	public, err := key.PublicKey()
	if err != nil {
		return "", err
	}
	return public.DIDKey(), nil
}

// Origin is what the server calls itself towards the sender of a request: its
// public URL or else the address that the request came to, so that it holds
// behind a port mapping. A proxy on this machine is believed what it says of the
// address that it was asked at.
func (s *Server) Origin(r *http.Request) string {
	if s.config.PublicURL != "" {
		return s.config.PublicURL
	}
	scheme, host := "http", r.Host
	if r.TLS != nil {
		scheme = "https"
	}
	if fromLoopback(r) {
		if told := r.Header.Get("X-Forwarded-Proto"); told == "http" || told == "https" {
			scheme = told
		}
		host = cmp.Or(r.Header.Get("X-Forwarded-Host"), host)
	}
	return scheme + "://" + host
}

func fromLoopback(r *http.Request) bool {
	address, err := netip.ParseAddrPort(r.RemoteAddr)
	return err == nil && address.Addr().Unmap().IsLoopback()
}

// credentials is what an identity says that leads to an account here.
func (s *Server) credentials(did, handle, origin string) (plc.Operation, error) {
	rotation, err := s.rotation()
	if err != nil {
		return plc.Operation{}, err
	}
	signing, err := didKey(s.accountKey(did))
	return plc.Operation{
		Type:                "plc_operation",
		RotationKeys:        []string{rotation},
		VerificationMethods: map[string]string{signingMethod: signing},
		AlsoKnownAs:         []string{"at://" + handle},
		Services:            map[string]plc.Service{pdsService: {Type: pdsServiceType, Endpoint: origin}},
	}, err
}

// identityOf is what an account's DID says. That of an account which was made
// here always leads here; another stands in a directory.
func (s *Server) identityOf(ctx context.Context, account store.Account, origin string) (plc.Operation, error) {
	if !account.Imported {
		return s.credentials(account.DID, account.Handle, origin)
	}
	return s.Resolve(ctx, account.DID)
}

// Resolve is what a DID of another server says: in the mock's own directory, or
// else in the one of its options. A DID that neither knows is plc.ErrUnknown.
func (s *Server) Resolve(ctx context.Context, did string) (plc.Operation, error) {
	if known, found := s.Directory.Get(did); found {
		return known, nil
	}
	if s.config.PLC == nil {
		return plc.Operation{}, plc.ErrUnknown
	}
	return s.config.PLC.Get(ctx, did)
}

// leadsHere refuses an account whose identity does not lead to this server.
func (s *Server) leadsHere(ctx context.Context, account store.Account, origin string) error {
	if !account.Imported {
		return nil
	}
	said, err := s.Resolve(ctx, account.DID)
	if err != nil && !errors.Is(err, plc.ErrUnknown) {
		return upstreamFailure()
	}
	want, err := s.credentials(account.DID, account.Handle, origin)
	if err != nil {
		return err
	}
	switch {
	case strings.HasPrefix(account.DID, "did:plc:") && !slices.Contains(said.RotationKeys, want.RotationKeys[0]): // others have none
		return xrpc.InvalidRequest("The identity does not list the rotation key of this server")
	case said.Services[pdsService].Endpoint != origin:
		return xrpc.InvalidRequest("The identity names another server")
	case said.VerificationMethods[signingMethod] != want.VerificationMethods[signingMethod]:
		return xrpc.InvalidRequest("The identity names another signing key")
	}
	return nil
}

func upstreamFailure() error {
	return &xrpc.Error{Status: http.StatusBadGateway, Name: "UpstreamFailure", Message: "The PLC directory could not be asked"}
}
