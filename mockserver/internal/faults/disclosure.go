package faults

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"slices"
	"sync"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/pds"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// disclosureDefects are those of a server whose answers give away what nobody
// asked for.
func disclosureDefects() []defect {
	insert := func(name, description string, on func(*xrpc.Response) bool, members func(*server) string) defect {
		return defect{
			Defect: Defect{ID: "disclosure." + name, Facet: "disclosure", Description: description},
			apply: func(s *server, p *plan) {
				onAnswer(func(_ *http.Request, response *xrpc.Response) {
					if rest, isObject := bytes.CutPrefix(response.Body, []byte("{\"")); isObject && on(response) {
						response.Body = append([]byte("{"+members(s)+",\""), rest...)
					}
				})(p.on(""))
			},
		}
	}
	any := func(*xrpc.Response) bool { return true }
	isRefusal := func(response *xrpc.Response) bool { return response.Status >= http.StatusBadRequest }
	fixed := func(text string) func(*server) string { return func(*server) string { return text } }
	return []defect{
		insert("password-hash", "every answer holds the hash of a password", any, fixed(`"passwordHash":"5f4dcc3b5aa765d61d8327deb882cf99"`)),
		insert("bcrypt", "every answer holds what bcrypt made of a password", any, fixed(`"user":{"pw":"$2b$10$abcdefghijklmnopqrstuv"}`)),
		insert("scrypt", "every answer holds what scrypt made of a password", any, fixed(`"user":{"pw":"scrypt:32768:8:1$c2FsdA$9f86d081884c7d65"}`)),
		{
			Defect: Defect{ID: "disclosure.password-digest", Facet: "disclosure", Description: "answers to a log-in hold the unsalted hash of its password"},
			apply: func(s *server, p *plan) {
				p.act(s, logIn, func(s faultyCall) (lexval.Object, error) {
					text := s.text("password")
					output, err := s.carryOut()
					sum := sha256.Sum256([]byte(text))
					if err == nil {
						output = append(output, pds.Field("key", hex.EncodeToString(sum[:])))
					}
					return output, err
				})
			},
		},
		insert("database", "refusals hold the words of the database", isRefusal, fixed(`"cause":"UNIQUE constraint failed: app_password.name"`)),
		insert("stack", "refusals hold where in the program they were made", isRefusal, fixed(`"stack":"at handler (/app/dist/api.js:12:3)"`)),
		insert("addresses", "answers that anybody may ask for hold the address of an account", any, func(s *server) string {
			for _, account := range s.core.Store.Accounts() {
				return `"newest":["` + account.Email + `"]`
			}
			return `"newest":[]`
		}),
		insert("address", "refusals hold the address of an account", isRefusal, func(s *server) string {
			for _, account := range s.core.Store.Accounts() {
				return `"existing":"` + account.Email + `"`
			}
			return `"existing":null`
		}),
	}
}

// concurrencyDefects are those of a server that breaks on two calls at once.
func concurrencyDefects(method *lexicons.Method) []defect {
	if method.IsQuery() {
		return nil
	}
	return []defect{about(method, "concurrency", "two-at-once-server-error", "answers the second of two equal requests at once with 500", func(f *xrpc.Faults) {
		underWay := tally{}
		f.Handle = append(f.Handle, func(next xrpc.Handler) xrpc.Handler {
			return func(ctx context.Context, call *xrpc.Call) (lexval.Object, error) {
				input, _ := lexval.Append(nil, map[string]any(call.Input))
				key := call.Caller.DID + call.Caller.TokenID + string(input)
				before := underWay.add(key, 1)
				defer underWay.add(key, -1)
				if before > 0 {
					return nil, crash()
				}
				return next(ctx, call)
			}
		})
	})}
}

// isolationDefects are those of a server that lets a parameter say whose
// account a query is about.
func isolationDefects(method *lexicons.Method, rule pds.Rule) []defect {
	output := method.Output.Object()
	if !method.IsQuery() && rule.Takes&pds.AccessToken != 0 && !slices.Contains(withoutEffectOnOthers(), pds.ShortName(method.NSID)) {
		return []defect{trustingInput(method)}
	}
	if !method.IsQuery() || output == nil || rule.Takes&pds.AccessToken == 0 || !tellsApart(output) {
		return nil
	}
	return []defect{about(method, "isolation", "parameter-trusted", "answers about the account that the parameter did names", func(f *xrpc.Faults) {
		f.Handle = append(f.Handle, func(next xrpc.Handler) xrpc.Handler {
			return func(ctx context.Context, call *xrpc.Call) (lexval.Object, error) {
				if did := call.HTTP.URL.Query().Get("did"); did != "" {
					call.Caller.DID = did
				}
				return next(ctx, call)
			}
		})
	})}
}

func tellsApart(output *lexicons.Object) bool {
	if output.Property("did") != nil {
		return true
	}
	for _, property := range output.Properties {
		if _, isList := lexicons.Deref(property.Schema).(*lexicons.Array); isList {
			return true
		}
	}
	return false
}

// trustingInput is a procedure for whoever its input or its URL names.
func trustingInput(method *lexicons.Method) defect {
	return about(method, "isolation", "input-trusted", "acts for the account that did names beside its input", func(f *xrpc.Faults) {
		f.Handle = append(f.Handle, func(next xrpc.Handler) xrpc.Handler {
			return func(ctx context.Context, call *xrpc.Call) (lexval.Object, error) {
				var input struct{ DID string }
				_ = json.Unmarshal(call.Body, &input) // what is no JSON names nobody
				if did := cmp.Or(input.DID, call.HTTP.URL.Query().Get("did")); did != "" {
					call.Caller.DID = did
				}
				return next(ctx, call)
			}
		})
	})
}

// withoutEffectOnOthers are procedures by which nothing happens to another account
// that is active and has not confirmed its address, whoever calls them.
func withoutEffectOnOthers() []string { return []string{activation, confirmation, requestUpdate} }

// tally counts by keys. It is safe for use by several goroutines.
type tally struct {
	mutex  sync.Mutex
	counts map[string]int
}

// add adds to a count, and returns what it was before.
func (t *tally) add(key string, by int) (before int) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	if t.counts == nil {
		t.counts = map[string]int{}
	}
	before = t.counts[key]
	t.counts[key] += by
	return before
}
