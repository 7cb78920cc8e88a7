package mockserver_test

import (
	"crypto/ed25519"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/quartz"

	"github.com/pdsconform/pdsconform/mockserver"
)

// TestTLS asks a server of the year 2000 by all of its names.
func TestTLS(t *testing.T) {
	t.Parallel()
	clock := quartz.NewMock(t)
	clock.Set(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC))
	server := mockserver.RunT(t, mockserver.Options{TLS: true, Hostname: "pds.example.org", Clock: clock})
	if !strings.HasPrefix(server.URL, "https://127.0.0.1:") || !strings.HasPrefix(server.ControlURL, "http://") {
		t.Fatalf("addresses are %s and %s", server.URL, server.ControlURL)
	}
	c := &client{TB: t, server: server, http: server.Client()}
	if server.Client() != c.http {
		t.Error("each call makes a client of its own")
	}
	alice := c.signUp("alice")
	document := c.send("GET", "/"+alice.did, nil).ok()
	if !strings.Contains(string(document.body), `"serviceEndpoint":"https://127.0.0.1:`) {
		t.Errorf("the account's document is %s", document.body)
	}
	if response, err := http.Get(server.URL); err == nil {
		response.Body.Close()
		t.Error("a client that was told nothing trusts the certificate")
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(server.CA()) {
		t.Fatalf("the authority is %s", server.CA())
	}
	for _, name := range []string{"localhost", "127.0.0.1", "::1", "pds.example.org"} {
		conn, err := tls.Dial("tcp", strings.TrimPrefix(server.URL, "https://"), &tls.Config{RootCAs: pool, ServerName: name})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if protocol := conn.ConnectionState().NegotiatedProtocol; protocol == "h2" {
			t.Errorf("%s: HTTP/2, which the real server does not speak", name)
		}
		conn.Close()
	}
	if other := mockserver.RunT(t, mockserver.Options{TLS: true}); string(other.CA()) == string(server.CA()) {
		t.Error("two servers have one authority")
	}
}

func TestGivenCertificate(t *testing.T) {
	t.Parallel()
	given := selfSigned(t)
	server := mockserver.RunT(t, mockserver.Options{Certificate: &given})
	(&client{TB: t, server: server, http: server.Client()}).get("describeServer", "").ok()
	if server.CA() != nil {
		t.Error("there is an authority of our own")
	}
	for _, bad := range []tls.Certificate{{}, {Certificate: [][]byte{[]byte("junk")}}} {
		if server, err := mockserver.New(mockserver.Options{Certificate: &bad}); err == nil || !strings.Contains(err.Error(), "certificate") {
			server.Close()
			t.Errorf("error is %v", err)
		}
	}
}

// selfSigned makes a certificate in another way than the server does.
func selfSigned(t *testing.T) tls.Certificate {
	t.Helper()
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(nil, template, template, public, private)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: private}
}

// TestHTTP2WithTLS is for clients that should cope with it.
func TestHTTP2WithTLS(t *testing.T) {
	t.Parallel()
	server := mockserver.RunT(t, mockserver.Options{TLS: true, Odd: []string{"http2"}})
	response, err := server.Client().Get(server.URL + queryPath)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.ProtoMajor != 2 {
		t.Errorf("protocol is %s", response.Proto)
	}
}

func TestPlainClient(t *testing.T) {
	t.Parallel()
	server := mockserver.RunT(t)
	(&client{TB: t, server: server, http: server.Client()}).get("describeServer", "").ok()
	if server.CA() != nil {
		t.Error("a server without TLS has an authority")
	}
}
