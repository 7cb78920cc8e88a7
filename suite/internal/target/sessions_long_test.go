package target

import (
	"strings"
	"testing"
)

// TestLongSessionsAreBounded keeps usual sessions for as long as their accounts,
// and few of absurdly long tokens.
func TestLongSessionsAreBounded(t *testing.T) {
	t.Parallel()
	target := targetAt(t, unreached, Options{})
	keep := func(number, size int) (accounts []*Account) {
		for range number {
			account := &Account{target: target}
			account.Keep(Session{strings.Repeat("a", size), strings.Repeat("r", size)})
			accounts = append(accounts, account)
		}
		return accounts
	}
	kept := func(accounts []*Account) (number int) {
		for _, account := range accounts {
			if _, ok := account.current(); ok {
				number++
			}
		}
		return number
	}
	usual := keep(200, 2000)
	long := keep(200, 500_000)
	if number := kept(usual); number != len(usual) {
		t.Errorf("%d of %d usual sessions are kept", number, len(usual))
	}
	if number, most := kept(long), maxLongSessions/1_000_000; number == 0 || number > most {
		t.Errorf("%d long sessions are kept, want at most %d", number, most)
	}
	if _, ok := long[len(long)-1].current(); !ok {
		t.Error("the newest is not kept")
	}
}
