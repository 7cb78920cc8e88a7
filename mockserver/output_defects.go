package mockserver

import "sync"

// outputDefects collects the outputs that did not fit their documents.
type outputDefects struct {
	mutex sync.Mutex
	found []string
}

// keptDefects bounds the list; one is already one too many.
const keptDefects = 100

func (o *outputDefects) add(defect string) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	if len(o.found) < keptDefects {
		o.found = append(o.found, defect)
	}
}

func (o *outputDefects) reset() {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	o.found = nil
}

// OutputDefects tells which outputs of the mock did not fit their documents:
// its own faults, each of which was answered with status 500. It is empty on a
// sound server.
func (s *Server) OutputDefects() []string {
	s.unfit.mutex.Lock()
	defer s.unfit.mutex.Unlock()
	return append([]string{}, s.unfit.found...)
}
