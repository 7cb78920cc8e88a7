package client

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/client/internal/model"
)

// Every example of the protocol is one, by its own schema.
func TestExamplesFitTheProtocol(t *testing.T) {
	t.Parallel()
	for _, one := range Calls() {
		d := &driver{}
		if o := d.decode(one.Name, one.Example.Outcome); o.Value == nil {
			t.Errorf("%s: %s", one.Name, o.told())
		}
		if !strings.Contains(string(one.Example.Call), `"call": "`+one.Name+`"`) {
			t.Errorf("%s: the example is %s", one.Name, one.Example.Call)
		}
	}
}

// A driver that hangs, prints noise or dies is told as that, and the client is
// not accused for what a driver did against the protocol.
func TestDriversThatMisbehave(t *testing.T) {
	t.Parallel()
	t.Run("noise", func(t *testing.T) {
		t.Parallel()
		_, err := Run(t.Context(), configOf(t, model.Options{Fault: "noise"}))
		var bad *DriverError
		if !errors.As(err, &bad) || !strings.Contains(bad.Problem, "only outcomes go to standard output") {
			t.Errorf("%v", err)
		}
	})
	for fault, want := range map[string]string{"dies": "Segmentation fault", "hangs": "no outcome within the time limit"} {
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			config := configOf(t, model.Options{Fault: fault})
			config.Only, config.Limit = []string{"client.session.account"}, time.Second
			for _, result := range check(t, config).Results {
				if result.ID == "client.session.account" && (result.Outcome != reports.Failed || !strings.Contains(result.Actual, want)) {
					t.Errorf("%s: %s %s", result.Outcome, result.Actual, result.Reason)
				}
			}
		})
	}
}

// A child that outlives the driver does not hold up the run.
func TestDriverIsKilledWithItsChildren(t *testing.T) {
	t.Parallel()
	start := Command([]string{"sh", "-c", "sleep 60 & sleep 60"}, "", []string{"PATH=/usr/local/bin:/usr/bin:/bin"})
	d, err := startDriver(t.Context(), start)
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if o := d.call(context.Background(), "open", args{"service": "http://127.0.0.1:1"}, 50*time.Millisecond); !o.hung {
		t.Errorf("%+v", o)
	}
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("the end of the driver took %s", took)
	}
}

// A command is judged by what it sends, and by how it ends.
func TestCommand(t *testing.T) {
	t.Parallel()
	config := configOf(t, model.Options{})
	config.Driver = nil
	config.Run = func(_ context.Context, environ []string) CommandResult {
		values := map[string]string{}
		for _, one := range environ {
			name, value, _ := strings.Cut(one, "=")
			values[name] = value
		}
		return commandOf(values)
	}
	report := check(t, config)
	for _, result := range report.Results {
		if result.Outcome == reports.Failed || result.Outcome == reports.Errored {
			t.Errorf("%s: %s %s", result.ID, result.Actual, result.Reason)
		}
	}
	if report.Summary.Passed < 30 {
		t.Errorf("%+v", report.Summary.Counts)
	}
}

// A command that sends nothing shows nothing of the client, whatever it ends with.
func TestCommandThatSendsNothing(t *testing.T) {
	t.Parallel()
	config := configOf(t, model.Options{})
	config.Driver = nil
	config.Run = func(context.Context, []string) CommandResult { return CommandResult{} }
	for _, result := range check(t, config).Results {
		if result.Outcome == reports.Passed || result.Outcome == reports.Failed {
			t.Errorf("%s is %s", result.ID, result.Outcome)
		}
	}
}

// An interruption, whatever is told as its cause, leaves a report of what was over.
func TestInterruptedIsReported(t *testing.T) {
	t.Parallel()
	ctx, interrupt := context.WithCancelCause(t.Context())
	defer interrupt(nil)
	config := configOf(t, model.Options{})
	config.OnPlayed = func(_ string, _ time.Duration, done, _ int) {
		if done == 10 {
			interrupt(errors.New("interrupt signal received"))
		}
	}
	report, err := Run(ctx, config)
	if err != nil {
		t.Fatal(err)
	}
	if report.Summary.ExitCode != reports.ExitInterrupted || report.Summary.Passed == 0 || report.Summary.Blocked == 0 {
		t.Errorf("exit %d, %+v", report.Summary.ExitCode, report.Summary.Counts)
	}
}
