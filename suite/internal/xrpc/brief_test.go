package xrpc

import (
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"testing"
)

// TestBriefExchangesAreSmall cuts whatever is long in an exchange, and leaves one
// of the usual size alone.
func TestBriefExchangesAreSmall(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("abcdefghi ", 100_000)
	header := http.Header{strings.Repeat("N", 100_000): {"v"}, "Long": {long}}
	for i := range 10_000 {
		header.Add(fmt.Sprint("X-", i%50), "v")
	}
	exchange := Exchange{Status: 200, Header: header, Body: []byte(long),
		Request: Procedure("com.example.make", map[string]any{"password": long, "n": 1}).WithBearer(strings.ReplaceAll(long, " ", ""))}
	brief := exchange.Brief()
	secrets := NewSecrets()
	secrets.learnRequest(exchange.Request)
	recorded := secrets.Record("http://x", brief)
	if !strings.HasSuffix(recorded.Response.Body, "(1000000 bytes in all)") {
		t.Errorf("the body ends with %q", recorded.Response.Body[len(recorded.Response.Body)-40:])
	}
	kept := len(brief.Body) + len(brief.Request.Authorization) + len(fmt.Sprint(brief.Request.Input))
	values := 0
	for name, all := range brief.Header {
		kept += len(name)
		for _, value := range all {
			kept += len(value)
			values++
		}
	}
	if many := (Exchange{Header: header}).Brief(); len(secrets.Record("http://x", many).Response.Headers["…"]) != 1 {
		t.Error("nobody is told of the headers that are left out")
	}
	if kept > 64<<10 || values > maxKeptHeader {
		t.Errorf("%d bytes and %d headers are kept", kept, values)
	}
	if shown := fmt.Sprint(recorded); strings.Contains(shown, "abcdefghiabcdefghi") || len(shown) > 64<<10 {
		t.Errorf("recorded in %d bytes: %.300s", len(shown), recorded.Request.Headers["Authorization"])
	}
	usual := Exchange{Header: http.Header{"A": {"b"}}, Body: []byte("{}")}
	if again := usual.Brief(); string(again.Body) != "{}" || again.Header.Get("A") != "b" || again.leftOut != 0 {
		t.Errorf("a usual one becomes %+v", again)
	}
}

// TestSecretsAreBounded remembers little of long tokens, however many, and hides
// them all the same.
func TestSecretsAreBounded(t *testing.T) {
	secrets := NewSecrets()
	var last string
	for i := range 400 { // 200 MB
		last = fmt.Sprintf("ey%06d%s", i, strings.Repeat("x", 500_000))
		secrets.Add(last, "access token")
	}
	runtime.GC()
	var after runtime.MemStats
	runtime.ReadMemStats(&after)
	if secrets.size > maxSecrets || after.HeapAlloc > 100<<20 {
		t.Errorf("%d bytes of secrets, %d of memory", secrets.size, after.HeapAlloc)
	}
	if got := secrets.Replace("before " + last + " after"); got != "before [access token] after" {
		t.Errorf("a long one becomes %.100s of %d bytes", got, len(got))
	}
}

// BenchmarkReplace searches a long answer for the secrets of a long run.
func BenchmarkReplace(b *testing.B) {
	secrets := NewSecrets()
	for i := range 3000 {
		secrets.Add(fmt.Sprintf("eyJhbGciOiJIUzI1NiJ9.%0200d.signature%020d", i, i), "token")
	}
	text := strings.Repeat(`{"accessJwt":"eyJhbGciOiJIUzI1NiJ9.`+strings.Repeat("0", 198)+`42.x"} `, 3000)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		secrets.Replace(text)
	}
}
