package target

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"sync"
	"sync/atomic"
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
	PLC                            string // base URL of a directory to write to
	HandleDomain                   string // empty: the first that the target offers
	BudgetRequests, BudgetAccounts int    // 0: no limit
	Parallel                       int    // what Target.Parallel returns; 0: as many as suit the target's distance
	Random                         *rand.Rand

	// ImmediateEffects says that what the target does shows at once.
	ImmediateEffects bool

	// Journal keeps what is made on the target; nil where that goes with the
	// target itself.
	Journal *Journal

	// Confirm is asked once, before the first account; nil means yes.
	Confirm func() bool
}

// Target is the server under test. It is safe for use by several cases at once,
// once it was probed.
type Target struct {
	options Options
	run     string // marks the names that this run makes
	made    int

	describe      map[string]any
	describeRaw   json.RawMessage
	adminRefused  bool
	adminAnswer   string        // of createInviteCode to the probe
	invitesWanted atomic.Bool   // whether a sign-up without an invite code was refused for that
	adminTaken    atomic.Bool   // whether a request with the admin credential has succeeded
	distance      time.Duration // the quickest answer to the probe
	missedMail    misses
	handedOut     handedOut
	longSessions  longSessions
	keepers       sync.Map // accounts by the hash of an access token that they keep or kept
	confirm       func() bool

	clock barrier
	watch clockWatch
	moved atomic.Int64            // how often the clock was moved
	aged  atomic.Int64            // time that the pace took, in nanoseconds
	given atomic.Pointer[Account] // the account that the run was given, once it was logged in to

	mutex    sync.Mutex
	accounts map[string]*named
	idle     []*Account // that cases have given back
	lent     int        // accounts made to be borrowed
	ledger   ledger
	spent    spending
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
	t := &Target{
		options:  options,
		run:      randomText(options.Random, handleLetters, 5),
		accounts: map[string]*named{},
		ledger:   newLedger(),
		confirm:  confirm,
		clock:    barrier{waiting: map[*waiting]struct{}{}},
	}
	var skip func(context.Context, time.Duration) bool
	if options.Drivers.Clock != nil && !t.Patient() {
		skip = t.skip
	}
	options.Client.Pace().SkipBy(skip, t.age)
	options.Client.Pace().Frame(t.clock.queue, t.clock.dequeue)
	return t
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

// How many things are done at once where Options names no number: more where a
// target is far away, since each waits for its answers most of the time.
const (
	parallelNear = 8
	parallelFar  = 32
	farAway      = 10 * time.Millisecond // by the quickest answer to the probe
)

// Parallel is how many cases are under way at once, and how many accounts are
// removed at once.
func (t *Target) Parallel() int {
	switch {
	case t.options.Parallel > 0:
		return t.options.Parallel
	case t.distance >= farAway:
		return parallelFar
	}
	return parallelNear
}

// Enter and Leave frame a case. While any case is between them and doesn't
// wait, nobody moves the target's clock. A case that waits for what another
// finds out leaves meanwhile, and is let back in by Resume, which that other
// calls.
func (t *Target) Enter() { t.clock.enter() }

// Leave ends what Enter has begun.
func (t *Target) Leave() { t.clock.leave() }

// Resume lets so many cases go on that have left to wait for the calling one.
func (t *Target) Resume(cases int) { t.clock.resume(cases) }

// AdminPassword is the admin credential, empty where there is none.
func (t *Target) AdminPassword() string { return t.options.AdminPassword }

// PLC is the base URL of a directory that the run may write to and the target
// reads, empty where there is none.
func (t *Target) PLC() string { return t.options.PLC }

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
	case PLC:
		return t.options.PLC != ""
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

// Advance returns when at least the given time has passed on the target's
// clock, which moves when all cases that are under way wait for that. Sessions
// that the run keeps are renewed when they are next asked for.
func (t *Target) Advance(ctx context.Context, by time.Duration) error {
	if missing := t.Missing(Clock); missing != nil {
		return missing
	}
	advance, moved := t.moveClock, func() {
		t.moved.Add(1)
		t.options.Client.Pace().ClockMoved()
	}
	if !t.Patient() {
		return t.clock.pass(ctx, by, advance, moved)
	}
	if err := advance(ctx, by); err != nil {
		return err
	}
	moved()
	return nil
}

// moveClock moves the clock and takes note of that.
func (t *Target) moveClock(ctx context.Context, by time.Duration) error {
	err := t.options.Drivers.Clock.Advance(ctx, by)
	if err == nil {
		t.watch.moved(by)
	}
	return err
}

// Patient reports whether time can only be waited for, so that what takes less
// of it is to be preferred.
func (t *Target) Patient() bool {
	_, patient := t.options.Drivers.Clock.(*Patience)
	return patient
}

// Moved is how often the target's clock was moved. What has a lifetime, such
// as a mailed code, is gone when it changes.
func (t *Target) Moved() int { return int(t.moved.Load()) }

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
