package suite

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/suite/internal/derive"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// ChooseRevision asks the target which embedded revision it is of, and returns
// the configuration with that revision, its documents and the reason. It is the
// newest of whose own methods, those that no earlier revision has, the target
// answers any at all; where it answers none, the oldest revision. The requests
// carry no credentials and change nothing.
//
// The error is a *UsageError where no request can be sent to the target, and an
// *UnreachableError where it can't be reached.
func ChooseRevision(ctx context.Context, config Config) (Config, error) {
	config.Target = BaseURL(config.Target)
	if err := checkTarget("--target", config.Target); err != nil {
		return Config{}, err
	}
	if config.Timeout <= 0 {
		config.Timeout = DefaultTimeout
	}
	client := config.client(xrpc.NewSecrets())
	defer client.Close()
	prober := revisionProber{client: client, ask: client.Ask, budget: config.BudgetRequests, unknown: map[string]answerShape{}}
	if config.BudgetRequests > 0 {
		prober.ask = client.AskOnce
	}
	revisions := lexicons.Revisions()
	catalogs := make([]*lexicons.Catalog, len(revisions))
	for i, revision := range revisions {
		catalog, err := lexicons.LoadRevision(revision)
		if err != nil {
			return Config{}, fmt.Errorf("load revision %s: %w", revision, err)
		}
		catalogs[i] = catalog
	}
	chosen, reason := 0, ""
	for i := len(revisions) - 1; i > 0 && chosen == 0; i-- {
		found, err := prober.answersAny(ctx, ownMethods(catalogs, i))
		if err != nil {
			return Config{}, &UnreachableError{err.Error()}
		}
		if found != "" {
			chosen, reason = i, fmt.Sprintf("the target answers %s, which no earlier revision has", found)
		} else {
			reason = fmt.Sprintf("of the methods that only %s has, the target answers none: %s", revisions[i], prober.told)
		}
	}
	config.Catalog, config.Revision, config.RevisionReason = catalogs[chosen], revisions[chosen], reason
	config.RequestsSent += client.Sent()
	if config.BudgetRequests > 0 {
		config.BudgetRequests = max(1, config.BudgetRequests-client.Sent())
	}
	return config, nil
}

// ownMethods are the methods of a revision that none before it has, queries
// first: they change nothing.
func ownMethods(catalogs []*lexicons.Catalog, revision int) []*lexicons.Method {
	own := slices.DeleteFunc(catalogs[revision].Methods(), func(method *lexicons.Method) bool {
		return slices.ContainsFunc(catalogs[:revision], func(earlier *lexicons.Catalog) bool {
			return earlier.Method(method.NSID) != nil
		})
	})
	slices.SortStableFunc(own, func(a, b *lexicons.Method) int {
		switch {
		case a.IsQuery() == b.IsQuery():
			return 0
		case a.IsQuery():
			return -1
		}
		return 1
	})
	return own
}

// madeUpMethod is a method that no server has, in the family of all others:
// some servers treat another family as another's.
const madeUpMethod = "com.atproto.server.pdsconformAsksForNothing"

// revisionProber asks a target for methods and compares how it answers one that
// no server has.
type revisionProber struct {
	client  *xrpc.Client
	ask     func(context.Context, xrpc.Request) xrpc.Exchange
	budget  int                    // requests that may be sent, 0 for any number
	unknown map[string]answerShape // how the made-up method is answered, by HTTP method
	told    string                 // how it answered the last method that it doesn't know
}

// answerShape is what answers are compared by.
type answerShape struct {
	status int
	name   string
}

func (s answerShape) String() string {
	if s.name == "" {
		return fmt.Sprint(s.status)
	}
	return fmt.Sprintf("%d %s", s.status, s.name)
}

// answersAny returns the last segment of the first method that the target
// answers as one that it has, or nothing.
func (p *revisionProber) answersAny(ctx context.Context, methods []*lexicons.Method) (string, error) {
	for _, method := range methods {
		if p.budget > 0 && p.client.Sent() >= p.budget-1 {
			break
		}
		request := probeRequest(method)
		unknown, err := p.answerToMadeUp(ctx, request)
		if err != nil {
			return "", err
		}
		exchange := p.ask(ctx, request)
		if exchange.Err != nil {
			continue // a method that is not answered is no sign of a revision
		}
		shape := answerShape{exchange.Status, exchange.ErrorName()}
		p.told = fmt.Sprintf("%s is answered %s", lastSegment(method.NSID), shape)
		if known(shape) && shape != unknown {
			return lastSegment(method.NSID), nil
		}
		if known(shape) {
			p.told += ", and so is a method that no server has"
		}
	}
	return "", nil
}

// answerToMadeUp returns how the same request for no method is answered.
func (p *revisionProber) answerToMadeUp(ctx context.Context, request xrpc.Request) (answerShape, error) {
	if shape, asked := p.unknown[request.Verb]; asked {
		return shape, nil
	}
	request.NSID = madeUpMethod
	exchange := p.ask(ctx, request)
	if exchange.Err != nil && xrpc.Unreachable(exchange.Err) {
		return answerShape{}, fmt.Errorf("nothing answers at %s: %w", p.client.Base(), exchange.Err)
	}
	shape := answerShape{exchange.Status, exchange.ErrorName()}
	p.unknown[request.Verb] = shape
	return shape, nil
}

// known reports whether an answer can be that of a method that is there. An
// answer to too many requests says nothing.
func known(shape answerShape) bool {
	switch shape.status {
	case http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusNotImplemented, http.StatusTooManyRequests,
		http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return false
	}
	return shape.name != "MethodNotImplemented"
}

// probeRequest is a request that a method can only refuse, or that changes
// nothing: a query with valid parameters, or a procedure with a body that can't
// be read.
func probeRequest(method *lexicons.Method) xrpc.Request {
	request := derive.Sample(method)
	if !method.IsQuery() {
		request = request.WithRaw([]byte("{"), "application/json")
	}
	return request.WithAuthorization("")
}
