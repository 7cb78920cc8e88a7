package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// BenchmarkParallel runs the program, in a process of its own, against a mock that
// is some time away, with one requirement at a time and with several at once.
// .ci/parallel makes the table of suite/README.md of it.
func BenchmarkParallel(b *testing.B) {
	for _, latency := range []time.Duration{0, 50 * time.Millisecond} {
		for _, n := range []string{"1", "2", "4", "8", "16", "32", auto} {
			b.Run(fmt.Sprintf("latency=%s/parallel=%s", latency, n), func(b *testing.B) {
				var requests, accounts, peak int64
				for b.Loop() {
					b.StopTimer()
					mock := mockOfRun(b)
					away := distant(b, mock.URL, latency)
					out := b.TempDir()
					run := exec.CommandContext(b.Context(), os.Args[0], "run", "--target", away, "--control", mock.ControlURL, "--out", out,
						"--parallel", n, "--format", "json", "--quiet")
					run.Env = append(run.Environ(), "PDSCONFORM_ADMIN_PASSWORD=admin-pass")
					b.StartTimer()
					if text, err := run.CombinedOutput(); err != nil {
						b.Fatalf("%v: %s", err, text)
					}
					report, err := readReport(filepath.Join(out, "report.json"))
					if err != nil {
						b.Fatal(err)
					}
					requests += int64(report.Summary.Requests)
					accounts += int64(report.Summary.Accounts.Created)
					peak = max(peak, peakOf(run.ProcessState))
				}
				b.ReportMetric(float64(requests)/float64(b.N), "requests/op")
				b.ReportMetric(float64(accounts)/float64(b.N), "accounts/op")
				b.ReportMetric(float64(peak)/(1<<20), "peak-MiB")
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
