package target

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"sync"
	"time"

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
	Drivers                        Drivers
	AdminPassword                  string
	InviteCode                     string
	AccountHandle, AccountPassword string
	HandleDomain                   string // empty: the first that the target offers
	BudgetRequests, BudgetAccounts int    // 0: no limit
	Random                         *rand.Rand

	// Lease is asked for more requests and accounts of budgets that others use
	// as well, of which Leased requests and no account may be used at first; nil
	// where nobody else does.
	Lease  func(requests, accounts int) bool
	Leased int

	// Brake holds requests back where the target asks for it; nil makes one.
	Brake *xrpc.Brake

	// Sharers is how many runs share the target, 0 as well as 1 for one alone.
	// Together lets time pass when all of them are ready for it, and calls move
	// where this run is the one to move the clock; nil where there is one alone.
	Sharers  int
	Together func(ctx context.Context, by time.Duration, move func(context.Context, time.Duration) error) error

	// ImmediateEffects says that what the target does shows at once.
	ImmediateEffects bool

	// Journal keeps what is made on the target; nil where that goes with the
	// target itself.
	Journal *Journal

	// Confirm is asked once, before the first account; nil means yes.
	Confirm func() bool
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
	missedMail   misses

	mutex    sync.Mutex
	accounts map[string]*Account
	idle     []*Account // that scenarios have given back
	ledger   ledger
	requests limit
	signUps  limit
	confirm  func() bool
}

// New makes a target; Probe finds out what it offers.
func New(options Options) *Target {
	secrets := options.Client.Secrets()
	secrets.Add(options.AdminPassword, "admin password")
	secrets.Add(options.InviteCode, "invite code")
	secrets.Add(options.AccountPassword, "password")
	confirm := func() bool { return true }
	if options.Confirm != nil {
		confirm = sync.OnceValue(options.Confirm)
	}
	requests, signUps := limits(options)
	if options.Brake == nil {
		options.Brake = xrpc.NewBrake()
	}
	return &Target{
		requests: requests,
		signUps:  signUps,
		options:  options,
		run:      randomText(options.Random, handleLetters, 5),
		accounts: map[string]*Account{},
		ledger:   newLedger(),
		confirm:  confirm,
	}
}

// Client sends requests that belong to no case.
func (t *Target) Client() *xrpc.Client { return t.options.Client }

// Patience is how long to wait for what the target does after it has answered:
// most at the most.
func (t *Target) Patience(most time.Duration) time.Duration {
	if t.options.ImmediateEffects {
		return min(most, moment)
	}
	return most
}

// moment is long enough for what shows at once.
const moment = 200 * time.Millisecond

// Brake holds requests back where the target asks for it.
func (t *Target) Brake() *xrpc.Brake { return t.options.Brake }

// AdminPassword is the admin credential, empty where there is none.
func (t *Target) AdminPassword() string { return t.options.AdminPassword }

// MailDriver names the way in which the target's mail is read, empty for none.
func (t *Target) MailDriver() string { return t.options.Drivers.MailName }

// Missing returns nil where a capability is there.
func (t *Target) Missing(capability Capability) *Missing {
	if t.has(capability) {
		return nil
	}
	missing := &Missing{Capability: capability, Reason: reasons()[capability], Unlock: unlocks()[capability]}
	switch {
	case capability == Admin && t.adminRefused:
		missing.Reason = "the target refused the admin credential"
	case (capability == SignUp || capability == Login) && t.CouldSignUp():
		missing.Reason, missing.Unlock = "nobody has agreed that accounts are made on this target", "--yes"
	}
	return missing
}

func (t *Target) has(capability Capability) bool {
	drivers := t.options.Drivers
	switch capability {
	case SignUp:
		return t.CouldSignUp() && t.confirm()
	case Login:
		return t.options.AccountHandle != "" || t.has(SignUp)
	case Admin:
		return t.options.AdminPassword != "" && !t.adminRefused
	case Mail:
		return drivers.Mail != nil
	case Clock:
		return drivers.Clock != nil
	case Takedown:
		return drivers.Takedown != nil
	case WidenRaces:
		return drivers.Races != nil
	}
	return false
}

// CouldSignUp reports whether the target would let the run make accounts, were
// it agreed to. Nobody is asked.
func (t *Target) CouldSignUp() bool {
	return !t.InviteRequired() || t.options.InviteCode != "" || t.has(Admin)
}

// BogusInviteCode is an invite code that no server has given out.
const BogusInviteCode = "pdsconform-bogus-aaaaa-aaaaa"

// makesNoAccount reports whether a right server refuses a sign-up: it wants an
// invite code, and the request has none that was given out.
func (t *Target) makesNoAccount(request xrpc.Request) bool {
	code := text(request, "inviteCode")
	return t.InviteRequired() && (code == "" || code == BogusInviteCode)
}

// Advance moves the target's clock forward by at least the given time.
// Sessions that the run keeps are renewed when they are next asked for.
func (t *Target) Advance(ctx context.Context, by time.Duration) error {
	if missing := t.Missing(Clock); missing != nil {
		return missing
	}
	advance := t.options.Drivers.Clock.Advance
	if together := t.options.Together; together != nil && !t.Patient() {
		advance = func(ctx context.Context, by time.Duration) error {
			return together(ctx, by, t.options.Drivers.Clock.Advance)
		}
	}
	if err := advance(ctx, by); err != nil {
		return err
	}
	t.moved++
	return nil
}

// Patient reports whether time can only be waited for, so that what takes less
// of it is to be preferred.
func (t *Target) Patient() bool {
	_, patient := t.options.Drivers.Clock.(*Patience)
	return patient
}

// Moved is how often the target's clock was moved. What has a lifetime, such
// as a mailed code, is gone when it changes.
func (t *Target) Moved() int { return t.moved }

// SetTakedown takes an account down, or reinstates it.
func (t *Target) SetTakedown(ctx context.Context, did string, down bool) error {
	if missing := t.Missing(Takedown); missing != nil {
		return missing
	}
	if down { // before, should the driver fail half-way
		if handle := t.ledger.takedown(did, true); handle != "" {
			if err := t.options.Journal.note(entry{Event: eventTakedown, Handle: handle, DID: did}); err != nil {
				return err
			}
		}
	}
	err := t.options.Drivers.Takedown.SetTakedown(ctx, did, down)
	if err == nil {
		t.ledger.takedown(did, down)
	}
	return err
}

// WidenRace makes the commits of a method wait, where the target offers it.
func (t *Target) WidenRace(ctx context.Context, nsid, delay string) error {
	if races := t.options.Drivers.Races; races != nil {
		return races.WidenRace(ctx, nsid, delay)
	}
	return nil
}
