package suite

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/pdsconform/pdsconform/reports"
)

// fault is a way in which a server is wrong on one method.
type fault struct {
	name   string
	answer func(http.ResponseWriter, *http.Request)
	breaks string // the requirement that has to fail, after "server.getSession."
}

func faults(quit <-chan struct{}) []fault {
	write := func(contentType string, status int, body string) func(http.ResponseWriter, *http.Request) {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", contentType)
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body))
		}
	}
	var bomb bytes.Buffer // 16 MiB of nothing
	packer := gzip.NewWriter(&bomb)
	_, _ = packer.Write(bytes.Repeat([]byte(" "), 1<<24))
	_ = packer.Close()
	return []fault{
		{"drops the connection", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "http.answered"},
		{"breaks off", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = w.Write([]byte("{"))
		}, "http.answered"},
		{"never answers", func(_ http.ResponseWriter, r *http.Request) {
			select {
			case <-quit:
			case <-r.Context().Done():
			}
		}, "http.answered"},
		{"never ends", func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				if _, err := w.Write(bytes.Repeat([]byte(" "), 1<<16)); err != nil {
					return
				}
			}
		}, "http.answered"},
		{"endless headers", func(w http.ResponseWriter, _ *http.Request) {
			for i := range 2000 {
				w.Header().Add("X-Header", strings.Repeat("x", 100+i%7))
			}
		}, "http.answered"},
		{"redirects", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.String(), http.StatusFound) }, "http.answered"},
		{"answers in HTML", write("text/html", http.StatusOK, "<html></html>"), "output.media-type"},
		{"errors in HTML", write("text/html", http.StatusBadRequest, "<html></html>"), "error.envelope"},
		{"invalid UTF-8", write("application/json", http.StatusOK, "{\"did\":\"\xff\xfe\",\"handle\":\"a.test\"}"), "output.did.format"},
		{"empty", write("application/json", http.StatusOK, ""), "output.type"},
		{"a page of nothing", write("application/json", http.StatusOK, strings.Repeat("[", 100_000)), "output.type"},
		{"compressed unasked", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(bomb.Bytes())
		}, "output.type"},
		{"no HTTP", func(w http.ResponseWriter, _ *http.Request) {
			connection, _, err := w.(http.Hijacker).Hijack()
			if err == nil {
				_, _ = connection.Write([]byte("hello\r\n"))
				_ = connection.Close()
			}
		}, "http.answered"},
	}
}

// Every fault of a hostile or broken server is an outcome with evidence, within
// bounded time and memory, and the rest of the run goes on.
func TestFaults(t *testing.T) {
	quit := make(chan struct{})
	t.Cleanup(func() { close(quit) })
	for _, fault := range faults(quit) {
		t.Run(fault.name, func(t *testing.T) {
			config := mockConfig(t)
			config.Target = faulty(t, config.Target, "/xrpc/com.atproto.server.getSession", fault.answer)
			config.Timeout = time.Second
			config.Endpoints = []string{"getSession", "deleteSession", "describeServer"}
			report := runSuite(t, config)
			if report.Summary.ExitCode != reports.ExitFails {
				t.Errorf("exit %d, want %d", report.Summary.ExitCode, reports.ExitFails)
			}
			result := outcomes(report)["server.getSession."+fault.breaks]
			if result.Outcome != reports.Failed || len(result.Exchanges) == 0 || result.Actual == "" {
				t.Errorf("%s is %s (%s%s) with %d exchanges", result.ID, result.Outcome, result.Actual, result.Reason, len(result.Exchanges))
			}
			if other := outcomes(report)["server.describeServer.success"]; other.Outcome != reports.Passed {
				t.Errorf("another method suffers: %s is %s", other.ID, other.Outcome)
			}
		})
	}
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	if memory.Sys > 400<<20 {
		t.Errorf("the process took %d MiB", memory.Sys>>20)
	}
}

// faulty is a server that is wrong on one path and passes on the rest.
func faulty(t *testing.T, base, path string, answer http.HandlerFunc) string {
	t.Helper()
	target, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	rest := httputil.NewSingleHostReverseProxy(target)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == path {
			answer(w, r)
			return
		}
		rest.ServeHTTP(w, r)
	}))
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	return server.URL
}
