package derive

import (
	"context"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/target"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// TestCredentialOfAnUnknownMethod finds out which credential a method takes that
// nobody has written a recipe for.
func TestCredentialOfAnUnknownMethod(t *testing.T) {
	t.Parallel()
	for _, want := range []string{"", "Bearer access", "Bearer refresh"} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			switch {
			case strings.HasSuffix(r.URL.Path, "createSession"):
				_, _ = w.Write([]byte(`{"did":"did:plc:pdsconformpdsconformpdsc","handle":"a.test","accessJwt":"access","refreshJwt":"refresh"}`))
			case r.Header.Get("Authorization") != want:
				w.WriteHeader(http.StatusUnauthorized)
				_, _ = w.Write([]byte(`{"error":"AuthMissing"}`))
			default:
				_, _ = w.Write([]byte(`{}`))
			}
		}))
		t.Cleanup(server.Close)
		client := xrpc.NewClient(server.URL, time.Minute, xrpc.NewSecrets())
		t.Cleanup(client.Close)
		method := loaded(t, `"main":{"type":"query"}`).Method(invented)
		bench := spec.NewBench(target.New(target.Options{Client: client, Random: rand.New(rand.NewPCG(1, 2)), AccountHandle: "a.test", AccountPassword: "password"}),
			map[string]spec.Recipe{invented: Recipe(method)}, func(xrpc.Exchange) []spec.Finding { return nil })
		verdict := spec.Try(t.Context(), spec.Case{Run: func(ctx context.Context, trial *spec.Trial) {
			if got := trial.ValidRequest(ctx, invented).Authorization; got != want {
				t.Errorf("%q is taken for the credential, want %q", got, want)
			}
		}}, bench)
		if verdict.Outcome != reports.Passed {
			t.Errorf("%q: %s %s", want, verdict.Outcome, verdict.Reason)
		}
	}
}
