package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// mock is the command mock, running.
type mock struct {
	t         *testing.T
	url       string
	client    *http.Client
	interrupt context.CancelFunc
	code      chan int
	stderr    bytes.Buffer
}

var readyLine = regexp.MustCompile(`^mock ready at (https?://127\.0\.0\.1:\d+) \(control http://127\.0\.0\.1:\d+\)\n$`)

// startMock runs the command until the end of the test at most.
func startMock(t *testing.T, args ...string) *mock {
	t.Helper()
	ctx, interrupt := context.WithCancel(t.Context())
	ready := make(chan string, 1)
	m := &mock{t: t, client: http.DefaultClient, interrupt: interrupt, code: make(chan int, 1)}
	args = append([]string{"mock", "--listen", "127.0.0.1:0", "--control-listen", "127.0.0.1:0"}, args...)
	go func() {
		m.code <- Run(ctx, args, nil, writerFunc(func(line []byte) (int, error) {
			ready <- string(line)
			return len(line), nil
		}), &m.stderr, nil)
		close(ready)
	}()
	line, ok := <-ready
	address := readyLine.FindStringSubmatch(line)
	if !ok || address == nil {
		t.Fatalf("ready line is %q: %s", line, m.stderr.String())
	}
	m.url = address[1]
	return m
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(line []byte) (int, error) { return f(line) }

// stop interrupts the command and returns its exit code and what it has logged.
func (m *mock) stop() (code int, log string) {
	m.interrupt()
	code = <-m.code
	return code, m.stderr.String()
}

// post calls a procedure and returns status and output.
func (m *mock) post(method, bearer, input string) (int, map[string]any) {
	m.t.Helper()
	request, err := http.NewRequestWithContext(m.t.Context(), http.MethodPost, m.url+"/xrpc/com.atproto.server."+method, strings.NewReader(input))
	if err != nil {
		m.t.Fatal(err)
	}
	if input != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	if bearer != "" {
		request.Header.Set("Authorization", "Bearer "+bearer)
	}
	response, err := m.client.Do(request)
	if err != nil {
		m.t.Fatal(err)
	}
	defer response.Body.Close()
	text, _ := io.ReadAll(response.Body)
	var output map[string]any
	_ = json.Unmarshal(text, &output)
	return response.StatusCode, output
}

// TestMockStateFile stops the mock and starts it again.
func TestMockStateFile(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	accounts, state := filepath.Join(folder, "people.yaml"), filepath.Join(folder, "state.json")
	write(t, accounts, "accounts:\n  - {handle: alice.test, email: alice@example.com, password: correct horse}\n")
	m := startMock(t, "--accounts", accounts, "--state-file", state, "--quiet")
	status, session := m.post("createSession", "", `{"identifier":"alice.test","password":"correct horse"}`)
	if status != 200 {
		t.Fatalf("log in is %d", status)
	}
	if code, log := m.stop(); code != 0 || log != "" {
		t.Fatalf("exit code %d: %s", code, log)
	}
	m = startMock(t, "--accounts", accounts, "--state-file", state)
	refresh, _ := session["refreshJwt"].(string)
	if status, output := m.post("refreshSession", refresh, ""); status != 200 || output["did"] != session["did"] {
		t.Errorf("after the restart a refresh is %d %v", status, output)
	}
	if err := os.RemoveAll(folder); err != nil { // so that the state can't be written
		t.Fatal(err)
	}
	if code, log := m.stop(); code != 6 || !strings.Contains(log, "--state-file: save state") {
		t.Errorf("exit code %d: %s", code, log)
	}
}

// TestMockTLS trusts what --tls-ca writes, and nothing else.
func TestMockTLS(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	ca := filepath.Join(folder, "ca.pem")
	m := startMock(t, "--tls", "--tls-ca", ca, "--quiet")
	text, err := os.ReadFile(ca)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(text)
	m.speaksTLS(&tls.Config{RootCAs: pool})
}

// TestMockGivenCertificate serves with files.
func TestMockGivenCertificate(t *testing.T) {
	t.Parallel()
	cert, key, pool := certificateFiles(t)
	m := startMock(t, "--tls-cert", cert, "--tls-key", key, "--quiet")
	m.speaksTLS(&tls.Config{RootCAs: pool, ServerName: "example.com"})
}

// speaksTLS asks for something by HTTPS, and stops the mock.
func (m *mock) speaksTLS(config *tls.Config) {
	m.t.Helper()
	transport := &http.Transport{TLSClientConfig: config}
	defer transport.CloseIdleConnections()
	m.client = &http.Client{Transport: transport}
	if status, _ := m.post("createSession", "", `{"identifier":"a","password":"b"}`); status != 401 || !strings.HasPrefix(m.url, "https:") {
		m.t.Errorf("answer of %s is %d", m.url, status)
	}
	if code, log := m.stop(); code != 0 {
		m.t.Errorf("exit code %d: %s", code, log)
	}
}

// TestMockLog has one line for each request, without secrets.
func TestMockLog(t *testing.T) {
	t.Parallel()
	m := startMock(t, "--log-format", "json", "--rate-limit", "2/1h")
	_, session := m.post("createAccount", "", `{"handle":"alice.test","email":"a@example.com","password":"hush-hush"}`)
	access, _ := session["accessJwt"].(string)
	m.post("createAppPassword", access, `{"name":"phone"}`)
	if status, output := m.post("createSession", "", `{"identifier":"alice.test","password":"hush-hush"}`); status != 429 || output["error"] != "RateLimitExceeded" {
		t.Errorf("the third request is %d %v", status, output)
	}
	_, log := m.stop()
	lines := strings.Split(strings.TrimSpace(log), "\n")
	if len(lines) != 3 || strings.Contains(log, "hush") || strings.Contains(log, "eyJ") {
		t.Fatalf("log is %s", log)
	}
	var second, third struct {
		Method, Path, Error, Account string
		Status                       int
		Took                         float64
	}
	for i, line := range map[int]any{1: &second, 2: &third} {
		if err := json.Unmarshal([]byte(lines[i]), line); err != nil {
			t.Fatal(err)
		}
	}
	if second.Method != "POST" || second.Status != 200 || second.Account != session["did"] || second.Took <= 0 || !strings.HasSuffix(second.Path, "createAppPassword") {
		t.Errorf("line is %s", lines[1])
	}
	if third.Status != 429 || third.Error != "RateLimitExceeded" {
		t.Errorf("line is %s", lines[2])
	}
}

// TestMockUsage names the flag, and the place in the file.
func TestMockUsage(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	accounts, damaged := filepath.Join(folder, "people.yaml"), filepath.Join(folder, "state.json")
	write(t, accounts, "accounts:\n  - handle: alice.test\n    email: a\n    pasword: hush\n")
	write(t, damaged, "{")
	cert, key, _ := certificateFiles(t)
	for args, want := range map[string]string{
		"--accounts " + accounts:                  accounts + ":4: unknown field \"pasword\"",
		"--accounts missing.yaml":                 "missing.yaml: no such file",
		"--state-file " + damaged:                 "state file " + damaged + ": it is damaged",
		"--state-file missing/state.json":         "missing/state.json could not be written",
		"--tls-cert " + cert:                      "need each other",
		"--tls-key " + key:                        "need each other",
		"--tls --tls-cert a --tls-key b":          "not both",
		"--tls-ca " + damaged:                     "give --tls",
		"--tls --tls-ca missing/ca.pem":           "--tls-ca missing/ca.pem can't be written: no such file",
		"--tls-cert " + cert + " --tls-key a.pem": "a.pem: no such file",
		"--latency -1s":                           "not between 0 and 1m0s",
		"--latency 1h":                            "not between 0 and 1m0s",
		"--latency slow":                          "--latency",
		"--rate-limit 3000":                       `--rate-limit: "3000" is not NUMBER/DURATION, such as 3000/5m`,
		"--rate-limit 0/5m":                       "lets nothing through",
	} {
		t.Run(args, func(t *testing.T) {
			t.Parallel()
			var h harness
			all := append(strings.Fields("mock --listen 127.0.0.1:0 --control-listen 127.0.0.1:0"), strings.Fields(args)...)
			if code := h.run(t, all...); code != 2 {
				t.Errorf("exit code %d, want 2", code)
			}
			if message := h.stderr.String(); !strings.Contains(message, want) || strings.Count(message, "\n") != 1 || strings.Contains(message, "hush") {
				t.Errorf("got %q, want one line with %q", message, want)
			}
		})
	}
}

// certificateFiles writes the certificate that httptest has, and its key.
func certificateFiles(t *testing.T) (cert, key string, trusting *x509.CertPool) {
	t.Helper()
	folder := t.TempDir()
	cert, key = filepath.Join(folder, "cert.pem"), filepath.Join(folder, "key.pem")
	server := httptest.NewTLSServer(nil)
	defer server.Close()
	given := server.TLS.Certificates[0]
	der, err := x509.MarshalPKCS8PrivateKey(given.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	write(t, cert, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: given.Certificate[0]})))
	write(t, key, string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})))
	trusting = x509.NewCertPool()
	trusting.AddCert(server.Certificate())
	return cert, key, trusting
}
