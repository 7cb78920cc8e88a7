package xrpc

import (
	"fmt"
	"sync"
)

// patience is how many requests in a row a method may leave without an answer
// before no more are sent to it: a hundred time limits would make a run hang in
// all but name.
const patience = 3

// unanswered counts, by NSID, the requests in a row whose time ran out.
type unanswered struct {
	mutex sync.Mutex
	count map[string]int
}

// givenUp returns the error of a request that is not worth sending, or nil.
func (u *unanswered) givenUp(nsid string) error {
	u.mutex.Lock()
	defer u.mutex.Unlock()
	if u.count[nsid] < patience {
		return nil
	}
	return fmt.Errorf("not sent: the %d requests to the method before it were not answered in time", patience)
}

func (u *unanswered) note(nsid string, inTime bool) {
	u.mutex.Lock()
	defer u.mutex.Unlock()
	if inTime {
		delete(u.count, nsid)
		return
	}
	if u.count == nil {
		u.count = map[string]int{}
	}
	u.count[nsid]++
}
