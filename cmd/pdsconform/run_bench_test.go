package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pdsconform/pdsconform/mockserver"
)

// BenchmarkRun is the whole program with its default reports, from start to end
// of the process, in turns with a bare replay: the requests of a run, in order,
// over one connection to a mock. "of-replay" is how many times as long the
// program takes, "replay-ns/request" what a request costs at least.
//
//	go test ./cmd/pdsconform -run '^$' -bench BenchmarkRun -benchtime 10x
func BenchmarkRun(b *testing.B) {
	program := filepath.Join(b.TempDir(), "pdsconform")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		b.Fatalf("go build: %v: %s", err, out)
	}
	requests := recordRun(b)
	out := b.TempDir()
	var replayed time.Duration
	for b.Loop() {
		b.StopTimer()
		replayed += replay(b, requests)
		b.StartTimer()
		if text, err := exec.Command(program, "run", "--out", out, "--quiet").CombinedOutput(); err != nil {
			b.Fatalf("%v: %s", err, text)
		}
	}
	b.ReportMetric(float64(b.Elapsed())/float64(replayed), "of-replay")
	b.ReportMetric(float64(len(requests)), "requests")
	b.ReportMetric(float64(replayed.Nanoseconds())/float64(b.N*len(requests)), "replay-ns/request")
}

// mockOfRun is a mock with the options of the one that a run embeds.
func mockOfRun(b *testing.B) *mockserver.Server {
	return mockserver.RunT(b, mockserver.Options{
		InviteRequired: true, InviteInterval: embeddedInterval, AdminPassword: "admin-pass", Links: links(), Seed: 1,
	})
}

// recordRun returns what a run sends, as it was on the wire.
func recordRun(b *testing.B) (requests [][]byte) {
	b.Helper()
	mock := mockOfRun(b)
	handler := mock.Handler()
	var mutex sync.Mutex
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Header.Del("Expect")
		if request, err := httputil.DumpRequest(r, true); err == nil {
			mutex.Lock()
			requests = append(requests, request)
			mutex.Unlock()
		}
		handler.ServeHTTP(w, r)
	}))
	b.Cleanup(front.Close)
	var text bytes.Buffer
	code := Run(b.Context(), []string{"run", "--target", front.URL, "--control", mock.ControlURL, "--out", b.TempDir(), "--quiet"},
		nil, &text, &text, []string{"PDSCONFORM_ADMIN_PASSWORD=admin-pass"})
	if code != 0 {
		b.Fatalf("exit %d: %s", code, text.String())
	}
	return requests
}

// replay sends requests one after the other over one connection, a new one
// where the server closes it, and returns how long that takes.
func replay(b *testing.B, requests [][]byte) time.Duration {
	b.Helper()
	server := mockOfRun(b)
	defer server.Close()
	address := strings.TrimPrefix(server.URL, "http://")
	var conn net.Conn
	var reader *bufio.Reader
	start := time.Now()
	for _, request := range requests {
		if conn == nil {
			var err error
			if conn, err = net.Dial("tcp", address); err != nil {
				b.Fatal(err)
			}
			reader = bufio.NewReader(conn)
		}
		verb, _, _ := strings.Cut(string(request[:min(10, len(request))]), " ")
		open, err := exchange(conn, reader, verb, request)
		if err != nil {
			b.Fatal(err)
		}
		if !open {
			conn.Close()
			conn = nil
		}
	}
	took := time.Since(start)
	if conn != nil {
		conn.Close()
	}
	return took
}

// exchange reports whether the connection can be used again.
func exchange(conn net.Conn, reader *bufio.Reader, verb string, request []byte) (open bool, err error) {
	if _, err := conn.Write(request); err != nil {
		return false, err
	}
	response, err := http.ReadResponse(reader, &http.Request{Method: verb})
	if err != nil {
		return false, fmt.Errorf("%s: %w", bytes.SplitN(request, []byte("\r\n"), 2)[0], err)
	}
	defer response.Body.Close()
	_, err = io.Copy(io.Discard, response.Body)
	return !response.Close, err
}
