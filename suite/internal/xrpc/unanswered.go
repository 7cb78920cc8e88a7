package xrpc

import (
	"fmt"
	"sync"
)

// How many requests a method may leave without an answer before no more are sent
// to it, in a row and in all: a hundred time limits would make a run hang in all
// but name, and so would a method that answers one request of three.
const (
	patience      = 3
	patienceInAll = 10
)

// unanswered counts, by NSID, the requests whose time ran out.
type unanswered struct {
	mutex        sync.Mutex
	inRow, inAll map[string]int
}

// givenUp returns the error of a request that is not worth sending, or nil.
func (u *unanswered) givenUp(nsid string) error {
	u.mutex.Lock()
	defer u.mutex.Unlock()
	switch {
	case u.inRow[nsid] >= patience:
		return fmt.Errorf("not sent: the %d requests to the method before it were not answered in time", patience)
	case u.inAll[nsid] >= patienceInAll:
		return fmt.Errorf("not sent: %d requests to the method were not answered in time", patienceInAll)
	}
	return nil
}

func (u *unanswered) note(nsid string, inTime bool) {
	u.mutex.Lock()
	defer u.mutex.Unlock()
	if inTime {
		delete(u.inRow, nsid)
		return
	}
	if u.inAll == nil {
		u.inRow, u.inAll = map[string]int{}, map[string]int{}
	}
	u.inRow[nsid]++
	u.inAll[nsid]++
}
