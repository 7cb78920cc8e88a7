package client

import (
	"context"
	"encoding/json"
	"io"
	"testing"
	"time"

	"github.com/coder/quartz"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/mockserver"
	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/client/internal/model"
)

// shifted is the real clock, ahead or behind.
type shifted struct {
	quartz.Clock
	by time.Duration
}

func (s shifted) Now(tags ...string) time.Time { return s.Clock.Now(tags...).Add(s.by) }

// mocks serves scenarios from the mock.
func mocks(setup Setup) (Server, error) {
	server, err := mockserver.New(mockserver.Options{
		Catalog: setup.Catalog, Odd: setup.Variants, InviteRequired: setup.InviteRequired, AdminPassword: setup.AdminPassword,
		Clock: shifted{quartz.NewReal(), setup.Ahead},
		Links: mockserver.Links{PrivacyPolicy: "https://example.org/privacy", TermsOfService: "https://example.org/terms"},
	})
	if err != nil {
		return Server{}, err
	}
	return Server{server.URL, server.ControlURL, server.Close}, nil
}

func variantsOfMock(catalog *lexicons.Catalog) []Variant {
	var all []Variant
	for _, one := range mockserver.FreedomsOf(catalog) {
		all = append(all, Variant{one.Name, one.Description})
	}
	return all
}

// inProcess drives a model of this process.
func inProcess(options model.Options) func(context.Context) (*Process, error) {
	return func(context.Context) (*Process, error) {
		callsOut, callsIn := io.Pipe()
		outcomesOut, outcomesIn := io.Pipe()
		messagesOut, messagesIn := io.Pipe()
		done := make(chan struct{})
		killed, kill := context.WithCancel(context.Background())
		go func() {
			defer close(done)
			model.Serve(callsOut, outcomesIn, messagesIn, options)
			_ = callsOut.Close()
			_ = outcomesIn.Close()
			_ = messagesIn.Close()
		}()
		return &Process{
			Calls: callsIn, Outcomes: outcomesOut, Messages: messagesOut,
			Kill: func() { kill(); _ = callsIn.Close(); _ = outcomesOut.Close(); _ = messagesOut.Close() },
			Wait: func() (int, string) {
				select { // a goroutine can't be killed
				case <-done:
				case <-killed.Done():
				}
				return 0, "exit status 0"
			},
		}, nil
	}
}

func configOf(t *testing.T, options model.Options) Config {
	t.Helper()
	return configFor(t, lexicons.DefaultRevision, options)
}

func configFor(t *testing.T, revision string, options model.Options) Config {
	t.Helper()
	catalog, err := lexicons.LoadRevision(revision)
	if err != nil {
		t.Fatal(err)
	}
	return Config{
		Catalog: catalog, Revision: revision, Name: "model", Serve: mocks, Variants: variantsOfMock(catalog),
		Driver: inProcess(options), Seed: 1,
	}
}

func check(t *testing.T, config Config) *reports.Report {
	t.Helper()
	report, err := Run(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// commandOf is a test of a client's own: it logs in, asks for the session twice
// and logs out.
func commandOf(environ map[string]string) CommandResult {
	calls, out := io.Pipe()
	outcomes, in := io.Pipe()
	go func() {
		model.Serve(calls, in, io.Discard, model.Options{})
		_ = in.Close()
	}()
	defer out.Close()
	lines := json.NewDecoder(outcomes)
	for _, call := range []args{
		{"call": "open", "args": args{"service": environ["PDS_URL"]}},
		{"call": "logIn", "args": args{"identifier": environ["PDS_HANDLE"], "password": environ["PDS_PASSWORD"]}},
		{"call": "getSession", "args": args{"session": "1"}},
		{"call": "createAppPassword", "args": args{"session": "1", "name": "phone"}},
		{"call": "logOut", "args": args{"session": "1"}},
	} {
		var outcome struct{ Error *CallError }
		if json.NewEncoder(out).Encode(call) != nil || lines.Decode(&outcome) != nil {
			return CommandResult{Code: 2, Ended: "exit status 2"}
		}
		// Where the server says to come back later, a test of the client's own
		// that gives up has not failed for the client's fault.
		if outcome.Error != nil && outcome.Error.Status < 429 {
			return CommandResult{Code: 1, Ended: "exit status 1", Stderr: outcome.Error.Message}
		}
	}
	return CommandResult{}
}
