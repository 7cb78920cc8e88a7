package target

import "sync"

// What the tokens of one session may take and still be kept for as long as its
// account, and what those of all longer ones take together, in bytes.
const (
	usualSession    = 16 << 10
	maxLongSessions = 16 << 20
)

// longSessions are the accounts that keep a session of absurdly long tokens,
// oldest first. What is too much is dropped, and made anew when it is next asked
// for. The zero value is empty.
type longSessions struct {
	mutex sync.Mutex
	of    []longSession
	size  int // bytes of all
}

type longSession struct {
	account *Account
	kept    *keptSession
}

func (s Session) size() int { return len(s.Access) + len(s.Refresh) }

// keep takes note that an account keeps another session.
func (l *longSessions) keep(account *Account) {
	kept := account.kept.Load()
	if kept == nil || kept.size() <= usualSession {
		return
	}
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.of = append(l.of, longSession{account, kept})
	l.size += kept.size()
	for l.size > maxLongSessions && len(l.of) > 1 {
		oldest := l.of[0]
		l.of[0] = longSession{} // lets go of it
		l.of = l.of[1:]
		l.size -= oldest.kept.size()
		oldest.account.kept.CompareAndSwap(oldest.kept, nil)
	}
}
