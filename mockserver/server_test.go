package mockserver_test

import (
	"bytes"
	"context"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/mockserver"
	"github.com/pdsconform/pdsconform/mockserver/smtp"
)

// TestCatalogueAndHandlersAgree starts the mock with a document too many, which
// is refused by name, and with one too few: another revision may have the
// method, so it is only not served.
func TestCatalogueAndHandlersAgree(t *testing.T) {
	t.Parallel()
	t.Run("documents without a handler", func(t *testing.T) {
		t.Parallel()
		documents := embedded(t)
		for _, name := range []string{"alpha", "beta"} {
			documents["com/example/"+name+".json"] = &fstest.MapFile{Data: []byte(
				`{"lexicon":1,"id":"com.example.` + name + `","defs":{"main":{"type":"query"}}}`)}
		}
		refuses(t, documents, "no handler for com.example.alpha, com.example.beta")
	})
	t.Run("handlers without a document", func(t *testing.T) {
		t.Parallel()
		documents := embedded(t)
		delete(documents, "com/atproto/server/getSession.json")
		catalog, err := lexicons.Load(documents)
		if err != nil {
			t.Fatal(err)
		}
		server := mockserver.RunT(t, mockserver.Options{Catalog: catalog})
		answer, err := http.Get(server.URL + "/xrpc/com.atproto.server.getSession")
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		if answer.StatusCode != http.StatusNotImplemented {
			t.Errorf("a method without a document answers %d, want 501", answer.StatusCode)
		}
	})
}

func embedded(t *testing.T) fstest.MapFS {
	t.Helper()
	source, err := lexicons.FS(lexicons.DefaultRevision)
	if err != nil {
		t.Fatal(err)
	}
	documents := fstest.MapFS{}
	err = fs.WalkDir(source, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := fs.ReadFile(source, path)
		documents[path] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return documents
}

func refuses(t *testing.T, documents fs.FS, want string) {
	t.Helper()
	catalog, err := lexicons.Load(documents)
	if err != nil {
		t.Fatal(err)
	}
	server, err := mockserver.New(mockserver.Options{Catalog: catalog})
	if err == nil {
		server.Close()
		t.Fatal("the server started")
	}
	if !strings.Contains(err.Error(), want) {
		t.Errorf("error is %q, want it to hold %q", err, want)
	}
}

func TestOptionsThatCannotBeServed(t *testing.T) {
	t.Parallel()
	for name, options := range map[string]mockserver.Options{
		"address in use or bad":  {Listen: "256.0.0.1:0"},
		"control address bad":    {ControlListen: "nowhere:-1"},
		"hostname":               {Hostname: "not a host"},
		"hostname with port":     {Hostname: "localhost:1"},
		"hostname, empty label":  {Hostname: "a..example"},
		"hostname, final dot":    {Hostname: "a.example."},
		"hostname, hyphen first": {Hostname: "-a.example"},
		"hostname, long label":   {Hostname: strings.Repeat("a", 64)},
		"hostname, too long":     {Hostname: strings.Repeat("a.", 127) + "a"},
		"SMTP without a port":    {Mailer: smtp.To("localhost")},
		"domain":                 {UserDomains: []string{".te_st"}},
		"domain that is banned":  {UserDomains: []string{".onion"}},
		"password bounds":        {MinPasswordLength: 10, MaxPasswordLength: 9},
		"negative interval":      {InviteInterval: -time.Hour},
		"domain without a label": {UserDomains: []string{"."}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, err := mockserver.New(options)
			if err == nil {
				server.Close()
				t.Fatal("the server started")
			}
		})
	}
}

// TestCloseLeaksNothing leaves connections in every state: silent, idle, and
// with a request under way that a latency holds back.
func TestCloseLeaksNothing(t *testing.T) {
	before := runtime.NumGoroutine()
	server, err := mockserver.New(mockserver.Options{})
	if err != nil {
		t.Fatal(err)
	}
	silent, err := net.Dial("tcp", strings.TrimPrefix(server.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	c := newClient(t, server)
	c.get("describeServer", "").ok()
	if err := server.SetLatency("com.atproto.server.requestPasswordReset", mockserver.BeforeCommit, time.Minute); err != nil {
		t.Fatal(err)
	}
	held := make(chan error, 1)
	go func() {
		response, err := c.http.Post(server.URL+"/xrpc/com.atproto.server.requestPasswordReset", "application/json",
			strings.NewReader(`{"email":"a@example.com"}`))
		if err == nil {
			response.Body.Close()
		}
		held <- err
	}()
	server.Close()
	server.Close() // again does no harm
	<-held
	c.http.CloseIdleConnections()
	noMoreGoroutinesThan(t, before)
}

func TestURLOfAnUnspecifiedAddress(t *testing.T) {
	t.Parallel()
	c := start(t, mockserver.Options{Listen: ":0"})
	if !strings.HasPrefix(c.server.URL, "http://127.0.0.1:") {
		t.Errorf("URL is %s", c.server.URL)
	}
	c.get("describeServer", "").ok()
}

func TestRunTFailsTheTest(t *testing.T) {
	t.Parallel()
	failing := &fakeTester{}
	if mockserver.RunT(failing, mockserver.Options{Hostname: "not a host"}) != nil || failing.fatal == "" {
		t.Errorf("the test was not failed")
	}
}

type fakeTester struct{ fatal string }

func (*fakeTester) Helper()                          {}
func (*fakeTester) Cleanup(func())                   {}
func (f *fakeTester) Fatalf(format string, _ ...any) { f.fatal = format }

func TestRequestLines(t *testing.T) {
	t.Parallel()
	var lines bytes.Buffer
	c := start(t, mockserver.Options{Logger: slog.New(slog.NewTextHandler(&lines, nil))})
	s := c.signUp("alice")
	c.get("getSession", s.access).ok()
	c.get("getSession", "junk")
	c.server.Close()
	for _, want := range []string{"status=200", "error=InvalidToken", "account=" + s.did, "path=/xrpc/com.atproto.server.getSession"} {
		if !strings.Contains(lines.String(), want) {
			t.Errorf("log lacks %q:\n%s", want, lines.String())
		}
	}
	if strings.Contains(lines.String(), s.access) {
		t.Error("log holds a token")
	}
}

func TestHandlerServesWithoutAListener(t *testing.T) {
	t.Parallel()
	server := mockserver.RunT(t)
	request, _ := http.NewRequestWithContext(context.Background(), http.MethodGet, "/xrpc/com.atproto.server.describeServer", nil)
	recorder := &recorder{header: http.Header{}}
	server.Handler().ServeHTTP(recorder, request)
	if recorder.status != http.StatusOK || !strings.Contains(recorder.body.String(), "availableUserDomains") {
		t.Errorf("answer is %d %s", recorder.status, recorder.body.String())
	}
}

type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *recorder) Header() http.Header                { return r.header }
func (r *recorder) WriteHeader(status int)             { r.status = status }
func (r *recorder) Write(text []byte) (n int, _ error) { return r.body.Write(text) }
