package main

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"testing"
	"time"
)

// BenchmarkParallel runs the whole program against a mock that is some time
// away, with one requirement at a time and with several at once:
//
//	go test ./cmd/pdsconform -run '^$' -bench Parallel -benchtime 1x -count 5
func BenchmarkParallel(b *testing.B) {
	for _, latency := range []time.Duration{0, 50 * time.Millisecond} {
		for _, n := range []string{"1", "2", "4", "8", "16", auto} {
			b.Run(fmt.Sprintf("latency=%s/parallel=%s", latency, n), func(b *testing.B) {
				requests, accounts := 0, 0
				for b.Loop() {
					b.StopTimer()
					mock := mockOfRun(b)
					away := distant(b, mock.URL, latency)
					out := b.TempDir()
					b.StartTimer()
					var text bytes.Buffer
					code := Run(b.Context(), []string{"run", "--target", away, "--control", mock.ControlURL, "--out", out,
						"--parallel", n, "--format", "json", "--quiet"}, nil, &text, &text,
						[]string{"PDSCONFORM_ADMIN_PASSWORD=admin-pass"})
					if code != 0 {
						b.Fatalf("exit %d: %s", code, text.String())
					}
					report, err := readReport(filepath.Join(out, "report.json"))
					if err != nil {
						b.Fatal(err)
					}
					requests += report.Summary.Requests
					accounts += report.Summary.Accounts.Created
				}
				b.ReportMetric(float64(requests)/float64(b.N), "requests/op")
				b.ReportMetric(float64(accounts)/float64(b.N), "accounts/op")
			})
		}
	}
}

// distant is a server in front of another that answers each request that much
// later.
func distant(tb testing.TB, base string, latency time.Duration) string {
	tb.Helper()
	if latency == 0 {
		return base
	}
	target, err := url.Parse(base)
	if err != nil {
		tb.Fatal(err)
	}
	forward := httputil.NewSingleHostReverseProxy(target)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-time.After(latency):
			forward.ServeHTTP(w, r)
		case <-r.Context().Done():
		}
	}))
	tb.Cleanup(proxy.Close)
	return proxy.URL
}
