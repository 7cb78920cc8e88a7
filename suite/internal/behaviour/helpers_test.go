package behaviour

import (
	"context"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/target"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// nobody is the base URL of a target that nothing is sent to.
const nobody = "http://127.0.0.1:9"

// benchAt is a bench of a target with such drivers, which was probed where it
// is one at all.
func benchAt(t *testing.T, base string, options *target.Options) *spec.Bench {
	t.Helper()
	if options == nil {
		options = &target.Options{}
	}
	options.Client = xrpc.NewClient(base, time.Minute, xrpc.NewSecrets())
	t.Cleanup(options.Client.Close)
	options.Random = rand.New(rand.NewPCG(1, 2))
	server := target.New(*options)
	if base != nobody {
		if err := server.Probe(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	return spec.NewBench(server, Recipes(), func(xrpc.Exchange) []spec.Finding { return nil })
}

// serverOf answers describeServer in one way and everything else in another.
func serverOf(t *testing.T, describe string, status int, body string) (base string, others *atomic.Int64) {
	t.Helper()
	others = new(atomic.Int64)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if strings.HasSuffix(r.URL.Path, nsidDescribeServer) {
			_, _ = w.Write([]byte(describe))
			return
		}
		others.Add(1)
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(server.Close)
	return server.URL, others
}

// obliging is a driver for everything: mail is always there, time passes at
// once, and accounts are taken down on paper.
type obliging struct{ mails atomic.Int64 }

func (o *obliging) Messages(_ context.Context, to string) ([]target.Message, error) {
	var messages []target.Message
	for i := range o.mails.Add(1) {
		messages = append(messages, target.Message{ID: strconv.FormatInt(i, 10), To: to, Text: "Reset your password, or delete it, with the code ABCDE-FGH23"})
	}
	return messages, nil
}

func (o *obliging) Advance(context.Context, time.Duration) error    { return nil }
func (o *obliging) SetTakedown(context.Context, string, bool) error { return nil }
func (o *obliging) WidenRace(context.Context, string, int) error    { return nil }
func (o *obliging) all() target.Drivers {
	return target.Drivers{Mail: o, MailName: "test", Clock: o, Takedown: o, Races: o}
}
