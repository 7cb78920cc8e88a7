package target

import (
	"cmp"
	"crypto/sha256"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// left is something that the run has made on the target and not yet removed.
type left struct {
	DID, Handle, Email, Password string
	Session                      // of the sign-up
	down                         bool
}

// key is by what the ledger keeps it: the DID, or the handle where the answer
// that told of it had none.
func (l left) key() string { return cmp.Or(l.DID, l.Handle) }

// ledger knows every account that requests of the run have made, whoever sent
// them: a broken request that was accepted makes one as well.
type ledger struct {
	mutex        *sync.Mutex
	created      int
	vanished     int                          // accounts that turned out to be gone already
	accounts     map[string]*left             // by key
	appPasswords map[string]bool              // of the given account, by name
	owners       map[[sha256.Size]byte]string // DIDs by a token's hash, where there is a given account
}

func newLedger() ledger {
	return ledger{mutex: &sync.Mutex{}, accounts: map[string]*left{}, appPasswords: map[string]bool{}, owners: map[[sha256.Size]byte]string{}}
}

// takedown takes note that an account is down, or not any more, and returns its
// handle; empty where it is none of the run's.
func (l *ledger) takedown(did string, down bool) (handle string) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	account := l.accounts[did]
	if account == nil {
		return ""
	}
	account.down = down
	return account.Handle
}

func (l *ledger) password(did, password string) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if account := l.accounts[did]; account != nil {
		account.Password = password
	}
}

// remaining returns the accounts that are still there, in a fixed order.
func (l *ledger) remaining() []left {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	var accounts []left
	for _, did := range slices.Sorted(maps.Keys(l.accounts)) {
		accounts = append(accounts, *l.accounts[did])
	}
	return accounts
}

// Announce is told of a request before it is sent, so that the journal knows of
// an account before there is one.
func (t *Target) Announce(request xrpc.Request) error {
	switch request.NSID {
	case createAccount:
		return t.options.Journal.note(entry{Event: eventAccount, Handle: text(request, "handle"),
			Email: text(request, "email"), Password: text(request, "password")})
	case createAppPassword:
		t.ledger.mutex.Lock()
		defer t.ledger.mutex.Unlock()
		if t.ofGivenAccount(request) {
			return t.options.Journal.note(entry{Event: eventAppPassword, Handle: t.options.AccountHandle, Name: text(request, "name")})
		}
	}
	return nil
}

// Track is told of an exchange and takes note of what it made or removed.
func (t *Target) Track(exchange xrpc.Exchange) {
	request := exchange.Request
	if request.Verb == http.MethodOptions { // a preflight makes nothing, whatever it is answered
		return
	}
	if !exchange.Succeeded() {
		t.learnInvites(exchange)
		if request.NSID == createAccount && exchange.Refused() {
			// What the journal misses is looked for once more, in vain.
			_ = t.options.Journal.note(entry{Event: eventRefused, Handle: text(request, "handle"),
				Email: text(request, "email"), Password: text(request, "password")})
		}
		return
	}
	t.handedOut.learnTokens(exchange)
	t.ledger.mutex.Lock()
	defer t.ledger.mutex.Unlock()
	t.learnOwner(exchange)
	switch request.NSID {
	case createAccount:
		t.ledger.created++
		account := &left{DID: exchange.String("did"),
			Handle: cmp.Or(text(request, "handle"), exchange.String("handle")), // the journal has the former
			Email:  text(request, "email"), Password: text(request, "password"),
			Session: Session{keptToken(exchange.String("accessJwt")), keptToken(exchange.String("refreshJwt"))}}
		t.ledger.accounts[account.key()] = account
		// Without that entry, the account is found by logging in to it.
		_ = t.options.Journal.note(entry{Event: eventMade, Handle: text(request, "handle"), Email: account.Email,
			Password: account.Password, DID: account.DID, Access: account.Access, Refresh: account.Refresh})
	case deleteAccount:
		t.gone(text(request, "did"))
	case createAppPassword:
		if t.ofGivenAccount(request) {
			t.ledger.appPasswords[text(request, "name")] = true
		}
	case revokeAppPassword:
		delete(t.ledger.appPasswords, text(request, "name"))
	}
}

// keptToken is a token to clean up with, or none where it is absurdly long: then
// it takes a log-in.
func keptToken(token string) string {
	const longest = 16 << 10
	if len(token) > longest {
		return ""
	}
	return token
}

// gone takes note that an account was removed. The caller holds the mutex.
func (t *Target) gone(key string) {
	if account := t.ledger.accounts[key]; account != nil {
		delete(t.ledger.accounts, key)
		// What the journal misses is looked for once more, in vain.
		_ = t.options.Journal.note(entry{Event: eventRemoved, Handle: account.Handle, DID: account.DID})
	}
}

// learnOwner remembers whose the tokens in an answer are. The caller holds the
// mutex.
func (t *Target) learnOwner(exchange xrpc.Exchange) {
	if t.options.AccountHandle == "" {
		return
	}
	switch exchange.Request.NSID {
	case createSession, refreshSession:
		for _, token := range []string{exchange.String("accessJwt"), exchange.String("refreshJwt")} {
			t.ledger.owners[sha256.Sum256([]byte(token))] = exchange.String("did")
		}
	}
}

// ofGivenAccount reports whether a request is made with a token of the account
// that the run was given. The caller holds the mutex.
func (t *Target) ofGivenAccount(request xrpc.Request) bool {
	given := t.given.Load()
	token, _ := strings.CutPrefix(request.Authorization, "Bearer ")
	owner, known := t.ledger.owners[sha256.Sum256([]byte(token))]
	if given == nil || token == "" {
		return false
	}
	kept := given.kept.Load()
	return kept != nil && token == kept.Access || known && owner == given.DID
}

// PasswordChanged takes note of an account's new password.
func (t *Target) PasswordChanged(account *Account, password string) error {
	account.Password = password
	account.Forget()
	t.ledger.password(account.DID, password)
	return t.options.Journal.note(entry{Event: eventPassword, Handle: account.Handle, Password: password})
}

// AccountsCreated is the number of accounts made so far.
func (t *Target) AccountsCreated() int {
	t.ledger.mutex.Lock()
	defer t.ledger.mutex.Unlock()
	return t.ledger.created
}

// AccountsLeft is the number of accounts made and not removed so far.
func (t *Target) AccountsLeft() int {
	t.ledger.mutex.Lock()
	defer t.ledger.mutex.Unlock()
	return len(t.ledger.accounts)
}

// Left names the accounts that were made and not removed, each by handle and
// DID.
func (t *Target) Left() []string {
	var names []string
	for _, account := range t.ledger.remaining() {
		names = append(names, strings.TrimSpace(account.Handle+" "+account.DID))
	}
	return names
}

func text(request xrpc.Request, name string) string {
	value, _ := request.Input[name].(string)
	return value
}
