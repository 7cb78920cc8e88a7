package mockserver

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"time"

	"github.com/coder/quartz"
)

// certificateLife is how long a certificate of our own is good. Some platforms
// refuse those that live longer than 825 days, whoever has signed them.
const certificateLife = 365 * 24 * time.Hour

// transportSecurity is what a server needs to serve TLS; nil serves without.
type transportSecurity struct {
	config *tls.Config
	trust  *x509.CertPool // what a client has to trust
	ca     []byte         // in PEM, nil where the certificate was given
}

// secure makes ready what the options ask for.
func (o *Options) secure() (*transportSecurity, error) {
	switch {
	case o.Certificate != nil:
		return trustGiven(o.Certificate)
	case o.TLS:
		return makeCertificate(o.Hostname)
	}
	return nil, nil
}

// trustGiven trusts a given chain itself, whoever has signed it.
func trustGiven(given *tls.Certificate) (*transportSecurity, error) {
	if len(given.Certificate) == 0 {
		return nil, errors.New("certificate: it is empty")
	}
	trust := x509.NewCertPool()
	for _, der := range given.Certificate {
		parsed, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, fmt.Errorf("certificate: %w", err)
		}
		trust.AddCert(parsed)
	}
	return &transportSecurity{config: serveWith(*given), trust: trust}, nil
}

func serveWith(certificate tls.Certificate) *tls.Config {
	return &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
}

// makeCertificate makes an authority that nobody keeps the key of, and one
// certificate of it for all the names that a mock is reached by.
//
// Clients judge both by the real time, so the server's clock plays no part.
func makeCertificate(hostname string) (*transportSecurity, error) {
	now := quartz.NewReal().Now()
	authority := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: "pdsconform mock, made at " + now.UTC().Format(time.RFC3339)},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(certificateLife),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano() + 1), Subject: pkix.Name{CommonName: hostname},
		NotBefore: authority.NotBefore, NotAfter: authority.NotAfter,
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if ip := net.ParseIP(hostname); ip != nil {
		leaf.IPAddresses = append(leaf.IPAddresses, ip)
	} else if hostname != "localhost" {
		leaf.DNSNames = append(leaf.DNSNames, hostname)
	}
	authorityKey, leafKey, err := twoKeys()
	if err != nil {
		return nil, fmt.Errorf("make certificate: %w", err)
	}
	authorityDER, err := x509.CreateCertificate(rand.Reader, authority, authority, authorityKey.Public(), authorityKey)
	if err != nil {
		return nil, fmt.Errorf("make certificate authority: %w", err)
	}
	leafDER, err := x509.CreateCertificate(rand.Reader, leaf, authority, leafKey.Public(), authorityKey)
	if err != nil {
		return nil, fmt.Errorf("make certificate: %w", err)
	}
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: authorityDER})
	trust := x509.NewCertPool()
	trust.AppendCertsFromPEM(ca)
	return &transportSecurity{
		config: serveWith(tls.Certificate{Certificate: [][]byte{leafDER}, PrivateKey: leafKey}),
		trust:  trust, ca: ca,
	}, nil
}

func twoKeys() (one, other *ecdsa.PrivateKey, err error) {
	one, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	other, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	return one, other, err
}

// CA returns the certificate, in PEM, of the authority that signed the server's
// own: what a client has to trust. It is nil where Options.TLS is not set or
// the certificate was given.
func (s *Server) CA() []byte {
	if s.security == nil {
		return nil
	}
	return s.security.ca
}

// Client returns an HTTP client that trusts the server's certificate. Close
// ends its idle connections.
func (s *Server) Client() *http.Client {
	if known := s.client.Load(); known != nil {
		return known
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	if s.security != nil {
		transport.TLSClientConfig = &tls.Config{RootCAs: s.security.trust, MinVersion: tls.VersionTLS12}
	}
	s.client.CompareAndSwap(nil, &http.Client{Transport: transport})
	return s.client.Load()
}
