package suite

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"

	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/target"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// underXRPC is what a URL ends with that was copied from a request.
var underXRPC = regexp.MustCompile(`([^/:])(/+xrpc(/[A-Za-z0-9.-]*)?)?/*$`)

// BaseURL is the base URL that a caller means who gives that of a server's
// requests, with /xrpc and perhaps a method at its end, or with a slash.
func BaseURL(url string) string { return underXRPC.ReplaceAllString(url, "$1") }

// Locate sees that an account server answers at the configuration's target. It
// returns the configuration with what is left of the budget of requests. The
// error is a *UsageError where something else answers there, and an
// *UnreachableError where nothing does.
func Locate(ctx context.Context, config Config) (Config, error) {
	config.Target = BaseURL(config.Target)
	if err := checkTarget("--target", config.Target); err != nil {
		return config, err
	}
	if config.Timeout <= 0 {
		config.Timeout = DefaultTimeout
	}
	client := config.client(xrpc.NewSecrets())
	defer client.Close()
	if _, err := target.Locate(ctx, client); err != nil {
		return config, located(err)
	}
	if config.BudgetRequests > 0 {
		config.BudgetRequests = max(1, config.BudgetRequests-client.Sent())
	}
	return config, nil
}

// located tells the caller's mistake from a target that can't be reached.
func located(err error) error {
	var mistake *target.Mistake
	if errors.As(err, &mistake) {
		return &UsageError{"--target: " + mistake.Problem}
	}
	return &UnreachableError{err.Error()}
}

// preflight checks what the run was given before anything is judged. The mock
// that a run has started itself was given nothing.
func (p *plan) preflight(ctx context.Context, server *target.Target) error {
	if p.config.Embedded {
		if p.makesAccounts() {
			server.AskForInvites(ctx)
		}
		return nil
	}
	err := server.CheckGiven(ctx, p.makesAccounts())
	if err == nil || ctx.Err() != nil {
		return nil //nolint:nilerr // an interruption is no mistake of the caller's
	}
	p.cleanUp(ctx, server)
	if left := server.AccountsLeft(); left > 0 && p.config.Journal != "" {
		err = fmt.Errorf("%w; accounts left on the target: %d (pdsconform cleanup --journal %s)", err, left, p.config.Journal)
	}
	return &UsageError{p.secrets.Replace(err.Error())}
}

// makesAccounts reports whether what is selected needs an account.
func (p *plan) makesAccounts() bool {
	return slices.ContainsFunc(p.cases, func(one spec.Case) bool {
		return p.selected[one.ID] && (slices.Contains(one.Needs, target.SignUp) || slices.Contains(one.Needs, target.Login))
	})
}
