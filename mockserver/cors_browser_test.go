package mockserver_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"github.com/pdsconform/pdsconform/fixtures/chromium"
	"github.com/pdsconform/pdsconform/mockserver"
)

// pageScript is a client in a page of another origin. The browser asks before
// all but the first of its requests whether they may be sent, and lets the
// script see of the answers what they allow.
const pageScript = `(async () => {
	const call = async (verb, method, headers, body) => {
		try {
			const answer = await fetch(base + "/xrpc/com.atproto.server." + method, {method: verb, headers, body})
			const text = await answer.text()
			return {status: answer.status, limit: answer.headers.get("RateLimit-Limit"), ...(text ? JSON.parse(text) : {})}
		} catch (problem) {
			return {problem: String(problem)}
		}
	}
	const json = {"Content-Type": "application/json"}
	const seen = []
	seen.push(await call("GET", "describeServer", {}))
	seen.push(await call("GET", "describeServer", {"atproto-accept-labelers": "did:web:a", "X-Anything": "b"}))
	const account = await call("POST", "createAccount", json, JSON.stringify({handle: "alice.test", email: "a@example.com", password: "correct horse"}))
	seen.push(account)
	seen.push(await call("GET", "getSession", {Authorization: "Bearer " + account.accessJwt}))
	seen.push(await call("GET", "getSession", {Authorization: "Bearer junk"}))
	seen.push(await call("POST", "refreshSession", {Authorization: "Bearer " + account.refreshJwt}))
	seen.push(await call("DELETE", "refreshSession", {}))
	seen.push(await call("GET", "describeServer", {}))
	return seen.map(answer => ({status: answer.status, error: answer.error, problem: answer.problem, handle: answer.handle, limit: answer.limit}))
})()`

// TestPageOfAnotherOrigin runs it in Chromium.
func TestPageOfAnotherOrigin(t *testing.T) {
	t.Parallel()
	ctx := chromium.Open(t)
	server := mockserver.RunT(t, mockserver.Options{RateLimit: mockserver.RateLimit{Requests: 7, Per: time.Hour}})
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte("<!doctype html><title>a client</title><script>const base = '" + server.URL + "'</script>"))
	}))
	t.Cleanup(page.Close)
	if err := chromedp.Do(ctx, chromedp.Navigate(page.URL)); err != nil {
		t.Fatal(err)
	}
	type answer struct {
		Status                 int
		Error, Problem, Handle string
		Limit                  *string // headers that the real server doesn't expose either
	}
	seen, err := chromedp.Run(ctx, chromedp.Evaluate[[]answer](pageScript, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	want := []answer{
		{Status: 200}, {Status: 200},
		{Status: 200, Handle: "alice.test"}, {Status: 200, Handle: "alice.test"},
		{Status: 400, Error: "InvalidToken"}, {Status: 200, Handle: "alice.test"}, {Status: 400, Error: "InvalidRequest"},
		{Status: 429, Error: "RateLimitExceeded"}, // preflights don't count, or it were sooner
	}
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Errorf("the page sees: %s", diff)
	}
	preflights := map[string]bool{}
	for _, request := range server.Requests() {
		if request.Method == http.MethodOptions {
			preflights[request.Path] = true
		}
	}
	if !preflights[queryPath] || !preflights["/xrpc/com.atproto.server.createAccount"] || !preflights["/xrpc/com.atproto.server.refreshSession"] {
		t.Errorf("the browser asked about %v", preflights)
	}
}
