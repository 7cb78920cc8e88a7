package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"time"

	"github.com/pdsconform/pdsconform/reports"

	"github.com/spf13/pflag"
	"golang.org/x/term"
)

// keepChecking checks the target again and again: when a key is pressed, or when
// it comes back after a restart. It ends with what the last run has ended with.
func (a *app) keepChecking(ctx context.Context, settings settings, given *pflag.FlagSet) error {
	var (
		last *reports.Report
		keys chan byte
	)
	for {
		report, err := a.check(ctx, settings, given, last)
		if report != nil {
			last = report
		} else if last == nil || ctx.Err() != nil {
			return err
		} else if _, message := verdict(err); message != "" {
			fmt.Fprintf(a.stderr, "pdsconform: %s\n", printable(message))
		}
		settings.seed = last.Run.Seed
		if ctx.Err() != nil {
			return err
		}
		if keys == nil {
			keys = make(chan byte)
			go readKeys(a.stdin, keys)
		}
		if !a.awaitChange(ctx, settings.target, keys) {
			return err
		}
	}
}

// readKeys tells of each key that is pressed, until there are no more.
func readKeys(stdin io.Reader, keys chan<- byte) {
	defer close(keys)
	if stdin == nil {
		return
	}
	for reader := bufio.NewReader(stdin); ; {
		key, err := reader.ReadByte()
		if err != nil {
			return
		}
		keys <- key
	}
}

// pollInterval is how often the target is asked whether it is there.
const pollInterval = 250 * time.Millisecond

// awaitChange waits until there is reason to run again, and reports whether
// there is: not once ctx has ended, or a key that ends a program was pressed.
func (a *app) awaitChange(ctx context.Context, target string, keys chan byte) bool {
	fmt.Fprintln(a.stderr, "watching: a key, or a restart of the target, runs again; q ends")
	defer a.rawKeys()()
	for down := false; ; {
		timer := a.clock.NewTimer(pollInterval, "watch")
		select {
		case <-ctx.Done():
			return false
		case key, open := <-keys:
			if open {
				timer.Stop()
				return !endsProgram(key)
			}
			keys = nil
		case <-timer.C:
			up := a.answer(ctx, target)
			if up && down {
				return true
			}
			down = !up
		}
		timer.Stop()
	}
}

// endsProgram reports whether a key is q, Ctrl-C or Ctrl-D.
func endsProgram(key byte) bool { return key == 'q' || key == 3 || key == 4 }

// rawKeys has a terminal tell of keys at once, until the function that it returns
// is called.
func (a *app) rawKeys() (restore func()) {
	file, ok := a.stdin.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return func() {}
	}
	state, err := term.MakeRaw(int(file.Fd()))
	if err != nil {
		return func() {}
	}
	return func() { _ = term.Restore(int(file.Fd()), state) }
}

// answers reports whether a server answers at a URL, and not a proxy for it.
func answers(ctx context.Context, target string) bool {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, target+"/xrpc/_health", http.NoBody)
	if err != nil {
		return false
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	defer response.Body.Close()
	switch response.StatusCode {
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return false
	}
	return true
}

// changes prints what is not as it was in the report before.
func (c *console) changes(before, after *reports.Report) {
	comparison := reports.Compare(before, after)
	comparison.Changes = slices.DeleteFunc(comparison.Changes, func(change reports.Change) bool {
		return change.Before.Outcome == change.After.Outcome
	})
	if len(comparison.Changes) == 0 {
		c.printf("nothing changed\n")
		return
	}
	_ = reports.EncodeComparisonText(c.out, comparison) // the console is where errors would be told
}
