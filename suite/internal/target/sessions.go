package target

import (
	"context"
	"crypto/sha256"
	"strings"
	"sync"
	"time"

	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// handedOut are the refresh tokens that cases hold, by their hash. A server whose
// tokens say no more than whose they are and when they were made gives all
// sessions of one second the same, and what ends one of them ends the others.
type handedOut struct {
	mutex  sync.Mutex
	tokens map[[sha256.Size]byte]bool
	issued map[[sha256.Size]byte]issue // by the target, whoever asked
	same   bool                        // whether two sessions have had the same token
	always bool                        // whether they have it after more than a second as well
}

// handOut reports whether nobody has a session's refresh token yet, and takes
// note that somebody has it now.
func (h *handedOut) handOut(session Session) bool {
	key := sha256.Sum256([]byte(session.Refresh))
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if h.tokens == nil {
		h.tokens = map[[sha256.Size]byte]bool{}
	}
	known := h.tokens[key]
	h.tokens[key], h.same = true, h.same || known
	return !known
}

// issue is when the target has given out a refresh token.
type issue struct {
	first time.Time
	by    [sha256.Size]byte // the token that was refreshed for it
	again bool              // whether another session was given it within a second
}

// learnTokens takes note of the refresh token in an answer. A session that is
// refreshed twice by one token may well go on by one and the same.
func (h *handedOut) learnTokens(exchange xrpc.Exchange) {
	token := exchange.String("refreshJwt")
	if token == "" {
		return
	}
	key, by := sha256.Sum256([]byte(token)), sha256.Sum256([]byte(exchange.Request.Authorization))
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if h.issued == nil {
		h.issued = map[[sha256.Size]byte]issue{}
	}
	known, there := h.issued[key]
	switch {
	case !there:
		h.issued[key] = issue{first: time.Now(), by: by}
	case (exchange.Request.Authorization == "" || known.by != by) && time.Since(known.first) < Second:
		known.again = true
		h.issued[key] = known
	}
}

// IsShared reports whether the target has given the refresh token by which a
// request was sent to two sessions within a second, so that nobody knows which of
// them an answer is about.
func (t *Target) IsShared(request xrpc.Request) bool {
	token, isBearer := strings.CutPrefix(request.Authorization, "Bearer ")
	if !isBearer {
		return false
	}
	t.handedOut.mutex.Lock()
	defer t.handedOut.mutex.Unlock()
	return !t.handedOut.always && t.handedOut.issued[sha256.Sum256([]byte(token))].again
}

// SameTokens reports whether the target has given two sessions of one account
// the same refresh token.
func (t *Target) SameTokens() bool {
	t.handedOut.mutex.Lock()
	defer t.handedOut.mutex.Unlock()
	return t.handedOut.same
}

// Second is longer than the time in which a server may make equal tokens.
const Second = 1100 * time.Millisecond

// Pause waits, in the time of the run and not of the target's clock.
func Pause(ctx context.Context, pause time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(pause):
		return nil
	}
}

// OwnSession opens a session of the account whose tokens no other one has that a
// case has been given. Where the target makes equal ones, it waits a second;
// what it makes then is the case's to judge.
func (a *Account) OwnSession(ctx context.Context, open func() (Session, error)) (Session, error) {
	h := &a.target.handedOut
	a.opening.lock(a.target)
	defer a.opening.unlock()
	made, err := open()
	if err != nil || h.handOut(made) || h.isAlways() {
		return made, err
	}
	if err := Pause(ctx, Second); err != nil {
		return made, err
	}
	if made, err = open(); err == nil && !h.handOut(made) {
		h.setAlways()
	}
	return made, err
}

func (h *handedOut) isAlways() bool {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	return h.always
}

func (h *handedOut) setAlways() {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	h.always = true
}
