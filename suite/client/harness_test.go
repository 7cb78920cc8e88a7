package client

import (
	"context"
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

func variantsOfMock() []Variant {
	var all []Variant
	for _, one := range mockserver.Freedoms() {
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
	catalog, err := lexicons.LoadRevision(lexicons.DefaultRevision)
	if err != nil {
		t.Fatal(err)
	}
	return Config{
		Catalog: catalog, Revision: lexicons.DefaultRevision, Name: "model", Serve: mocks, Variants: variantsOfMock(),
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
