package target

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"sync"

	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// Sender sends a request on behalf of a case, which keeps the exchange as its
// evidence.
type Sender interface {
	Do(ctx context.Context, request xrpc.Request) xrpc.Exchange
}

// Options say how to reach a target and what is at hand for it.
type Options struct {
	Client                         *xrpc.Client
	Control                        *Control // nil where there is none
	AdminPassword                  string
	InviteCode                     string
	AccountHandle, AccountPassword string
	HandleDomain                   string // empty: the first that the target offers
	Random                         *rand.Rand
}

// Target is the server under test. It is used by one case at a time.
type Target struct {
	options Options
	run     string // marks the names that this run makes
	made    int

	describe     map[string]any
	describeRaw  json.RawMessage
	adminRefused bool
	moved        int // how often the clock was moved

	mutex    sync.Mutex
	accounts map[string]*Account
	created  int
}

// New makes a target; Probe finds out what it offers.
func New(options Options) *Target {
	secrets := options.Client.Secrets()
	secrets.Add(options.AdminPassword, "admin password")
	secrets.Add(options.InviteCode, "invite code")
	secrets.Add(options.AccountPassword, "password")
	return &Target{
		options:  options,
		run:      randomText(options.Random, handleLetters, 5),
		accounts: map[string]*Account{},
	}
}

// Client sends requests that belong to no case.
func (t *Target) Client() *xrpc.Client { return t.options.Client }

// Control returns the control server, or nil.
func (t *Target) Control() *Control { return t.options.Control }

// AdminPassword is the admin credential, empty where there is none.
func (t *Target) AdminPassword() string { return t.options.AdminPassword }

// AccountsCreated is the number of accounts made so far.
func (t *Target) AccountsCreated() int {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	return t.created
}

// Missing returns nil where a capability is there.
func (t *Target) Missing(capability Capability) *Missing {
	if t.has(capability) {
		return nil
	}
	reason := reasons()[capability]
	if capability == Admin && t.adminRefused {
		reason = "the target refused the admin credential"
	}
	return &Missing{Capability: capability, Reason: reason, Unlock: unlocks()[capability]}
}

func (t *Target) has(capability Capability) bool {
	control := t.options.Control
	switch capability {
	case SignUp:
		return !t.InviteRequired() || t.options.InviteCode != "" || t.has(Admin)
	case Login:
		return t.options.AccountHandle != "" || t.has(SignUp)
	case Admin:
		return t.options.AdminPassword != "" && !t.adminRefused
	case Mail, Clock, Takedown, WidenRaces:
		return control != nil && control.Offers(capability)
	}
	return false
}

// Advance moves the target's clock forward by at least the given time, in a
// form that time.ParseDuration reads. Sessions that the run keeps are renewed
// when they are next asked for.
func (t *Target) Advance(ctx context.Context, by string) error {
	if missing := t.Missing(Clock); missing != nil {
		return missing
	}
	t.moved++
	return t.options.Control.Advance(ctx, by)
}

// SetTakedown takes an account down, or reinstates it.
func (t *Target) SetTakedown(ctx context.Context, did string, down bool) error {
	if missing := t.Missing(Takedown); missing != nil {
		return missing
	}
	return t.options.Control.SetTakedown(ctx, did, down)
}

// Moved is how often the target's clock was moved. What has a lifetime, such
// as a mailed code, is gone when it changes.
func (t *Target) Moved() int { return t.moved }
