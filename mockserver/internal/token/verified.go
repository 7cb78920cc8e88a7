package token

import "sync"

// maxVerified is how many tokens are remembered; each takes less than a
// kilobyte.
const maxVerified = 4096

// verified remembers tokens whose signature was found to be genuine: the secret
// of an issuer never changes, so that they stay so. Whether they are in date is
// looked at each time.
type verified struct {
	mutex sync.RWMutex
	known map[string]*Claims
}

// claims are those of a token that is remembered, or nil.
func (v *verified) claims(raw string) *Claims {
	v.mutex.RLock()
	defer v.mutex.RUnlock()
	return v.known[raw]
}

// keep remembers a token. When there are too many, all are forgotten: that is
// rare, and costs no more than to verify them once again.
func (v *verified) keep(raw string, claims *Claims) {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	if v.known == nil || len(v.known) >= maxVerified {
		v.known = map[string]*Claims{}
	}
	v.known[raw] = claims
}
