package spec

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

func TestOneWinner(t *testing.T) {
	t.Parallel()
	answered := func(status int) xrpc.Exchange { return xrpc.Exchange{Request: read(), Status: status} }
	won, lost, limited := answered(200), answered(400), answered(429)
	dropped := xrpc.Exchange{Request: read(), Err: errors.New("reset")}
	for name, test := range map[string]struct {
		exchanges []xrpc.Exchange
		want      reports.Outcome
	}{
		"one wins":                 {[]xrpc.Exchange{lost, won, lost}, reports.Passed},
		"two win":                  {[]xrpc.Exchange{won, lost, won}, reports.Failed},
		"two win, one is dropped":  {[]xrpc.Exchange{won, dropped, won}, reports.Failed},
		"nobody wins":              {[]xrpc.Exchange{lost, lost}, reports.NotObserved},
		"all are limited":          {[]xrpc.Exchange{limited, limited}, reports.Blocked},
		"one wins, one is limited": {[]xrpc.Exchange{won, limited}, reports.Blocked},
		"one wins, one is dropped": {[]xrpc.Exchange{won, dropped}, reports.NotObserved},
	} {
		got := Try(t.Context(), one("server.read.race", func(_ context.Context, t *Trial) { t.OneWinner("reads", test.exchanges) }), served(t, answers(200, "{}")))
		if got.Outcome != test.want {
			t.Errorf("%s: %s, want %s (%s%s)", name, got.Outcome, test.want, got.Reason, got.Actual)
		}
		if got.Outcome == reports.Failed && (!strings.Contains(got.Actual, "at the same time") || !strings.Contains(got.Actual, "--only server.read.race")) {
			t.Errorf("%s: %q says nothing of how the race was run", name, got.Actual)
		}
	}
}
