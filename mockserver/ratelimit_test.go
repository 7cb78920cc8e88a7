package mockserver_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/coder/quartz"

	"github.com/pdsconform/pdsconform/mockserver"
)

// TestRateLimit uses up a window, looks at what is still let through, and moves
// on to the next one.
func TestRateLimit(t *testing.T) {
	t.Parallel()
	clock := quartz.NewMock(t)
	c := start(t, mockserver.Options{Clock: clock, RateLimit: mockserver.RateLimit{Requests: 3, Per: 5 * time.Minute}})
	until := strconv.FormatInt(c.server.Now().Add(5*time.Minute).Unix(), 10)
	told := func(a answer, remaining int) {
		t.Helper()
		for name, want := range map[string]string{
			"RateLimit-Limit": "3", "RateLimit-Remaining": strconv.Itoa(remaining), "RateLimit-Reset": until, "RateLimit-Policy": "3;w=300",
		} {
			if got := a.header.Get(name); got != want {
				t.Errorf("%s is %q, want %q", name, got, want)
			}
		}
	}
	told(c.get("describeServer", "").ok(), 2)
	told(c.get("getSession", "junk"), 1) // a refused request counts
	told(c.send("GET", "/xrpc/com.example.unknown", nil), 0)
	advance(t, c.server, time.Minute+time.Millisecond)
	refused := c.get("describeServer", "")
	refused.is(429, "RateLimitExceeded", "Rate Limit Exceeded")
	told(refused, 0)
	if wait := refused.header.Get("Retry-After"); wait != "240" || refused.header.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("headers are %v", refused.header)
	}
	for _, free := range []answer{c.send("GET", "/xrpc/_health", nil), c.send("OPTIONS", queryPath, nil), c.send("GET", "/", nil)} {
		if free.status >= 400 || free.header.Get("RateLimit-Limit") != "" {
			t.Errorf("answer is %d %v", free.status, free.header)
		}
	}
	requests := c.server.Requests()
	if last := requests[3]; last.Status != 429 || last.Error != "RateLimitExceeded" {
		t.Errorf("the log says %+v", last)
	}
	advance(t, c.server, 4*time.Minute)
	until = strconv.FormatInt(c.server.Now().Add(5*time.Minute).Unix(), 10)
	told(c.get("describeServer", "").ok(), 2)
	c.server.Reset()
	until = strconv.FormatInt(c.server.Now().Add(5*time.Minute).Unix(), 10)
	told(c.get("describeServer", "").ok(), 2)
}

// TestRateLimitByAddress has more addresses than are remembered.
func TestRateLimitByAddress(t *testing.T) {
	t.Parallel()
	server := mockserver.RunT(t, mockserver.Options{RateLimit: mockserver.RateLimit{Requests: 1, Per: time.Hour}})
	handler := server.Handler()
	ask := func(address string) int {
		request, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, queryPath, nil)
		request.RemoteAddr = address
		got := &recorder{header: http.Header{}}
		handler.ServeHTTP(got, request)
		return got.status
	}
	for i := range 1500 {
		if status := ask(fmt.Sprintf("10.0.%d.%d:1", i/256, i%256)); status != 200 {
			t.Fatalf("address %d gets %d", i, status)
		}
	}
	if first, other := ask("10.0.0.0:2"), ask("[::1]:1"); first != 429 || other != 200 {
		t.Errorf("the first address gets %d, a new one %d", first, other)
	}
	advance(t, server, time.Hour)
	if first := ask("10.0.0.0:3"); first != 200 {
		t.Errorf("in the next window the first address gets %d", first)
	}
}

// TestRateLimitOfAnOddServer keeps the wait that is true.
func TestRateLimitOfAnOddServer(t *testing.T) {
	t.Parallel()
	c := start(t, mockserver.Options{Odd: []string{"headers"}, RateLimit: mockserver.RateLimit{Requests: 1, Per: time.Hour}})
	c.get("describeServer", "").ok()
	if a := c.get("describeServer", ""); a.status != 429 || a.header.Get("Retry-After") != "3600" {
		t.Errorf("answer is %d %v", a.status, a.header)
	}
}

func TestParseRateLimit(t *testing.T) {
	t.Parallel()
	limit, err := mockserver.ParseRateLimit("3000/5m")
	if err != nil || limit != (mockserver.RateLimit{Requests: 3000, Per: 5 * time.Minute}) || limit.String() != "3000/5m0s" || (mockserver.RateLimit{}).String() != "" {
		t.Errorf("%+v, %v", limit, err)
	}
	for text, want := range map[string]string{
		"": "3000/5m", "3000": "3000/5m", "/5m": "3000/5m", "x/5m": "3000/5m", "3000/soon": "3000/5m",
		"0/5m": "nothing through", "-1/5m": "nothing through", "10/500ms": "whole seconds", "10/1500ms": "whole seconds", "10/-5m": "whole seconds",
	} {
		if _, err := mockserver.ParseRateLimit(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
	for _, bad := range []mockserver.Options{
		{RateLimit: mockserver.RateLimit{Requests: 1}}, {RateLimit: mockserver.RateLimit{Per: time.Minute}}, {Latency: -1}, {Latency: time.Hour},
	} {
		if server, err := mockserver.New(bad); err == nil {
			server.Close()
			t.Errorf("started with %+v", bad)
		}
	}
}

// TestLatency holds a request until the base clock has moved; moving the
// server's own clock does not help.
func TestLatency(t *testing.T) {
	t.Parallel()
	clock := quartz.NewMock(t)
	trap := clock.Trap().NewTimer("wait")
	defer trap.Close()
	c := start(t, mockserver.Options{Clock: clock, Latency: time.Second})
	answered := make(chan int, 1)
	ask := func() {
		response, err := c.http.Get(c.server.URL + queryPath)
		if err != nil {
			answered <- 0
			return
		}
		response.Body.Close()
		answered <- response.StatusCode
	}
	go ask()
	trap.MustWait(t.Context()).MustRelease(t.Context())
	advance(t, c.server, time.Hour)
	select {
	case status := <-answered:
		t.Fatalf("answered at once: %d", status)
	default:
	}
	clock.Advance(time.Second).MustWait(t.Context())
	if status := <-answered; status != 200 {
		t.Errorf("answer is %d", status)
	}
	go ask() // and one that the end of the server sets free
	trap.MustWait(t.Context()).MustRelease(t.Context())
	c.server.Close()
	if status := <-answered; status != 200 {
		t.Errorf("the request under way is answered %d", status)
	}
}
