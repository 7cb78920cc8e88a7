package spec

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// TestMethodThatIsNotImplemented holds servers against each other that answer
// alike to some requests: only one that treats the method as one that does not
// exist lacks it.
func TestMethodThatIsNotImplemented(t *testing.T) {
	t.Parallel()
	answer := func(w http.ResponseWriter, status int, name string) {
		w.WriteHeader(status)
		fmt.Fprintf(w, `{"error":%q,"message":"m"}`, name)
	}
	isRead := func(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, readMethod) }
	authorized := func(r *http.Request) bool { return r.Header.Get("Authorization") != "" }
	for name, test := range map[string]struct {
		handle  http.HandlerFunc
		request xrpc.Request
		lacking bool
	}{
		"a router's page": {func(w http.ResponseWriter, r *http.Request) { http.NotFound(w, r) }, read(), true},
		"501 by name":     {func(w http.ResponseWriter, _ *http.Request) { answer(w, 501, "MethodNotImplemented") }, read(), true},
		"400 by name":     {func(w http.ResponseWriter, _ *http.Request) { answer(w, 400, "XRPCNotSupported") }, read(), true},
		"501 for this method alone": {func(w http.ResponseWriter, r *http.Request) {
			if isRead(r) {
				answer(w, 501, "MethodNotImplemented")
				return
			}
			http.NotFound(w, r)
		}, read(), true},
		"asks for a credential first": {func(w http.ResponseWriter, r *http.Request) {
			if !authorized(r) {
				answer(w, 401, "AuthMissing")
				return
			}
			http.NotFound(w, r)
		}, read().WithBearer("token"), true},
		"404 for what was asked for": {func(w http.ResponseWriter, r *http.Request) {
			if isRead(r) {
				answer(w, 404, "AccountNotFound")
				return
			}
			answer(w, 404, "NotFound")
		}, read(), false},
		"404 for this request alone": {func(w http.ResponseWriter, r *http.Request) {
			if isRead(r) && r.URL.RawQuery == "" {
				answer(w, 400, "InvalidRequest")
				return
			}
			http.NotFound(w, r)
		}, xrpc.Query(readMethod, nil).WithParameter("x", "y"), false},
		"a refusal":           {func(w http.ResponseWriter, _ *http.Request) { answer(w, 400, "InvalidRequest") }, read(), false},
		"another HTTP method": {http.NotFound, read().WithVerb(http.MethodPut), false},
	} {
		bench := served(t, test.handle)
		bench.Sample = func(nsid string) (xrpc.Request, bool) { return read(), nsid == readMethod }
		got := Try(t.Context(), one("server.read.x", func(ctx context.Context, t *Trial) { t.Do(ctx, test.request) }), bench)
		if lacking := got.BlockedBy == "server.read.success"; lacking != test.lacking || bench.NotOffered(readMethod) != test.lacking {
			t.Errorf("%s: %+v, want lacking %t", name, got, test.lacking)
		}
		if findings := bench.Ledger.Of("server.read.success"); (len(findings) > 0) != test.lacking {
			t.Errorf("%s: findings %v", name, findings)
		}
	}
}

// TestMethodThatHasWorked holds a method as offered once it answered well,
// whatever it says later.
func TestMethodThatHasWorked(t *testing.T) {
	t.Parallel()
	asked := 0
	bench := served(t, func(w http.ResponseWriter, r *http.Request) {
		if asked++; asked > 1 {
			http.NotFound(w, r)
		}
	})
	bench.Sample = func(string) (xrpc.Request, bool) { return read(), true }
	got := Try(t.Context(), one("server.read.x", func(ctx context.Context, t *Trial) { t.Do(ctx, read()); t.Do(ctx, read()) }), bench)
	if got.Outcome != reports.Passed || bench.NotOffered(readMethod) {
		t.Errorf("%+v", got)
	}
}

// TestPreflightIsNoSuccessOfTheMethod has a server that answers every preflight,
// as frameworks do, and lacks the method none the less.
func TestPreflightIsNoSuccessOfTheMethod(t *testing.T) {
	t.Parallel()
	bench := served(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodOptions {
			http.NotFound(w, r)
		}
	})
	bench.Sample = func(nsid string) (xrpc.Request, bool) { return read(), nsid == readMethod }
	preflight := read()
	preflight.Verb = http.MethodOptions
	got := Try(t.Context(), one("server.read.x", func(ctx context.Context, t *Trial) {
		t.DoUnobserved(ctx, preflight)
		t.Do(ctx, read())
	}), bench)
	if got.BlockedBy != "server.read.success" || bench.Works(readMethod) {
		t.Errorf("%+v", got)
	}
}
