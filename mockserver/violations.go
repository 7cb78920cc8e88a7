package mockserver

import "sync"

// violations collects the outputs of the mock that are schema violations.
type violations struct {
	mutex sync.Mutex
	found []string
}

// keptViolations bounds the list; one is already one too many.
const keptViolations = 100

func (v *violations) add(violation string) {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	if len(v.found) < keptViolations {
		v.found = append(v.found, violation)
	}
}

func (v *violations) reset() {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	v.found = nil
}

// OutputDefects tells which outputs of the mock did not fit their documents:
// schema violations of its own, each of which was answered with status 500. It is empty on a
// server that works.
func (s *Server) OutputDefects() []string {
	s.violations.mutex.Lock()
	defer s.violations.mutex.Unlock()
	return append([]string{}, s.violations.found...)
}
