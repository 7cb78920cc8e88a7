package target

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// ample is a time limit that no test runs into.
const ample = time.Minute

// unreached is the base URL of a target that nothing is sent to.
const unreached = "http://127.0.0.1:9"

// targetAt makes a target that was not probed.
func targetAt(t *testing.T, base string, options Options) *Target {
	t.Helper()
	options.Client = xrpc.NewClient(base, ample, xrpc.NewSecrets())
	t.Cleanup(options.Client.Close)
	if options.Random == nil {
		options.Random = rand.New(rand.NewPCG(1, 2))
	}
	return New(options)
}

// probed makes a target and finds out what it offers.
func probed(t *testing.T, base string, options Options) *Target {
	t.Helper()
	target := targetAt(t, base, options)
	if err := target.Probe(t.Context()); err != nil {
		t.Fatal(err)
	}
	return target
}

// methods answers each method by its NSID with a status and a JSON body; the
// others are refused as unknown.
type methods map[string]func(input map[string]any, r *http.Request) (int, any)

// serve serves methods for the time of a test.
func (m methods) serve(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		nsid := strings.TrimPrefix(r.URL.Path, xrpc.PathPrefix)
		status, body := http.StatusNotImplemented, failure("MethodNotImplemented", "Method Not Implemented")
		if method := m[nsid]; method != nil {
			var input map[string]any
			_ = json.NewDecoder(r.Body).Decode(&input) // nothing is an empty input
			status, body = method(input, r)
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		if text, ok := body.(string); ok {
			_, _ = w.Write([]byte(text))
		} else if body != nil {
			_ = json.NewEncoder(w).Encode(body)
		}
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// always answers in one way.
func always(status int, body any) func(map[string]any, *http.Request) (int, any) {
	return func(map[string]any, *http.Request) (int, any) { return status, body }
}

func failure(name, message string) any {
	return map[string]any{"error": name, "message": message}
}

// described is an answer of describeServer.
func described(inviteRequired bool) func(map[string]any, *http.Request) (int, any) {
	return always(http.StatusOK, map[string]any{"inviteCodeRequired": inviteRequired, "availableUserDomains": []string{".test"}})
}

// post is a mail driver that shows what a test puts in.
type post struct {
	mutex    sync.Mutex
	messages map[string][]Message
	asked    int
	fails    error
}

func (p *post) Messages(_ context.Context, to string) ([]Message, error) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.asked++
	return p.messages[to], p.fails
}

func (p *post) put(to, text string) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if p.messages == nil {
		p.messages = map[string][]Message{}
	}
	p.messages[to] = append(p.messages[to], Message{To: to, Text: text})
}

// wantMissing asks that an error says which capability is missing, and what
// would supply it.
func wantMissing(t *testing.T, err error, capability Capability, words ...string) {
	t.Helper()
	var missing *Missing
	if !errors.As(err, &missing) {
		t.Fatalf("error %v, want that %s is missing", err, capability)
	}
	if missing.Capability != capability || missing.Unlock == "" {
		t.Errorf("%s is missing, unlocked by %q, want %s", missing.Capability, missing.Unlock, capability)
	}
	for _, word := range words {
		if !strings.Contains(missing.Error()+missing.Unlock, word) {
			t.Errorf("%q, unlocked by %q, does not say %q", missing.Reason, missing.Unlock, word)
		}
	}
}

// taker is a takedown driver that keeps what it is told.
type taker struct {
	mutex sync.Mutex
	down  map[string]bool
	fails error
}

func (t *taker) SetTakedown(_ context.Context, did string, down bool) error {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	if t.fails != nil {
		return t.fails
	}
	if t.down == nil {
		t.down = map[string]bool{}
	}
	t.down[did] = down
	return nil
}
