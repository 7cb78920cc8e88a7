package target

import (
	"maps"
	"slices"
	"sync"

	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// left is something that the run has made on the target and not yet removed.
type left struct {
	DID, Handle, Email, Password string
	down                         bool
}

// ledger knows every account that requests of the run have made, whoever sent
// them: a broken request that was accepted makes one as well.
type ledger struct {
	mutex        *sync.Mutex
	created      int
	accounts     map[string]*left // by DID
	appPasswords map[string]bool  // of the given account, by name
}

func newLedger() ledger {
	return ledger{mutex: &sync.Mutex{}, accounts: map[string]*left{}, appPasswords: map[string]bool{}}
}

func (l *ledger) takedown(did string, down bool) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if account := l.accounts[did]; account != nil {
		account.down = down
	}
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
		if t.ofGivenAccount(request) {
			return t.options.Journal.note(entry{Event: eventAppPassword, Handle: t.options.AccountHandle, Name: text(request, "name")})
		}
	}
	return nil
}

// Track is told of an exchange and takes note of what it made or removed.
func (t *Target) Track(exchange xrpc.Exchange) {
	if !exchange.Succeeded() {
		return
	}
	request := exchange.Request
	t.ledger.mutex.Lock()
	defer t.ledger.mutex.Unlock()
	switch request.NSID {
	case createAccount:
		t.ledger.created++
		did := exchange.String("did")
		t.ledger.accounts[did] = &left{DID: did, Handle: exchange.String("handle"),
			Email: text(request, "email"), Password: text(request, "password")}
	case deleteAccount:
		if account := t.ledger.accounts[text(request, "did")]; account != nil {
			delete(t.ledger.accounts, account.DID)
			// What the journal misses is looked for once more, in vain.
			_ = t.options.Journal.note(entry{Event: eventRemoved, Handle: account.Handle, DID: account.DID})
		}
	case createAppPassword:
		if t.ofGivenAccount(request) {
			t.ledger.appPasswords[text(request, "name")] = true
		}
	case revokeAppPassword:
		delete(t.ledger.appPasswords, text(request, "name"))
	}
}

// ofGivenAccount reports whether a request is made with a token of the account
// that the run was given.
func (t *Target) ofGivenAccount(request xrpc.Request) bool {
	given := t.accounts[sharedName]
	return given != nil && given.Given && request.Authorization == "Bearer "+given.session.Access
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

func text(request xrpc.Request, name string) string {
	value, _ := request.Input[name].(string)
	return value
}
