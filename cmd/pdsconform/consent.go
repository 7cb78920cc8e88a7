package main

import (
	"bufio"
	"context"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/pdsconform/pdsconform/suite"
)

// consent returns what the suite asks before it makes the first account: nil
// where the target is on this machine or thrown away, and nobody has to agree. Elsewhere a
// line says what would be made, and --yes or an answer on a terminal agrees.
func (a *app) consent(ctx context.Context, config suite.Config, settings settings, progress *progress) func() bool {
	if config.Embedded || config.Throwaway || onThisMachine(config.Target) {
		return nil
	}
	return func() bool {
		progress.clear()
		switch {
		case settings.yes:
			progress.note("--yes: " + intention(config))
			return true
		case a.agreed != nil:
			return *a.agreed
		case a.interactive():
			a.agreed = new(a.ask(ctx, intention(config)+" Go on?"))
			return *a.agreed
		}
		progress.note("no account is made on " + config.Target + ": give --yes to agree to it, as there is no terminal to ask on")
		return false
	}
}

// intention says what a run makes on a target.
func intention(config suite.Config) string {
	most, domain := "", "the first domain that the server offers"
	if config.BudgetAccounts > 0 {
		most = fmt.Sprintf(" (%d at most)", config.BudgetAccounts)
	}
	if config.HandleDomain != "" {
		domain = config.HandleDomain
	}
	return fmt.Sprintf("On %s this run creates accounts%s with made-up handles under %s, app passwords and invite codes, "+
		"and tries to delete the accounts in the end; where the server uses the public PLC directory, each leaves a DID there for good.",
		config.Target, most, domain)
}

// onThisMachine reports whether a URL leads to a loopback address.
func onThisMachine(target string) bool {
	parsed, err := url.Parse(target)
	if err != nil {
		return false
	}
	host := parsed.Hostname()
	address, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && address.Unmap().IsLoopback()
}

// ask returns whether the answer is yes. When ctx ends nobody waits for one.
func (a *app) ask(ctx context.Context, question string) bool {
	fmt.Fprintf(a.stderr, "%s [y/N] ", printable(question))
	answer := make(chan string, 1)
	go func() {
		// What ends without a line break, or at once, is an answer as well.
		line, _ := bufio.NewReader(a.stdin).ReadString('\n')
		answer <- line
	}()
	select {
	case line := <-answer:
		return slices.Contains([]string{"y", "yes"}, strings.ToLower(strings.TrimSpace(line)))
	case <-ctx.Done():
		return false
	}
}
