package store

import "time"

// Session is what a refresh token stands for.
type Session struct {
	ID              string    `json:"id"` // the token's ID
	DID             string    `json:"did"`
	WithAppPassword bool      `json:"withAppPassword,omitempty"`
	AppPassword     string    `json:"appPassword,omitempty"` // the name, which may be empty
	ExpiresAt       time.Time `json:"expiresAt"`
	Next            string    `json:"next,omitempty"` // the ID of the token that replaced this one, or empty

	place int // in the list of its account
}

// Expired reports whether the session has ended by itself.
func (s Session) Expired(now time.Time) bool { return !now.Before(s.ExpiresAt) }

// sessionList names the sessions of one account, so that they can be revoked
// together. Looking for expired ones goes around it, a little at a time.
type sessionList struct {
	ids    []string
	cursor int
}

// sweepStep is how many sessions of an account are looked at for age whenever
// one is added: enough for the list to stay as short as its live part, and no
// more work for a long list than for a short one.
const sweepStep = 3

// Session reads a session.
func (tx *Tx) Session(id string) (Session, bool) { return get(tx, &tx.store.sessions, id) }

// PutSession adds or replaces a session, and forgets some of the account's
// sessions that have expired by now.
func (tx *Tx) PutSession(session Session, now time.Time) {
	tx.write(func(version uint64) {
		tx.store.putSession(session, version)
		tx.store.sweep(session.DID, now)
	})
}

// DeleteSession removes a session, if there is one.
func (tx *Tx) DeleteSession(id string) {
	tx.write(func(uint64) { tx.store.deleteSession(id) })
}

// DeleteSessions removes all sessions of an account, also such as were opened
// while the transaction ran.
func (tx *Tx) DeleteSessions(did string) {
	tx.write(func(uint64) { tx.store.deleteSessions(did, func(Session) bool { return true }) })
}

func (s *Store) putSession(session Session, version uint64) {
	if known, found := s.sessions.get(session.ID); found {
		session.place = known.place
		s.sessions.put(session.ID, session, version)
		return
	}
	list := s.sessionsOf[session.DID]
	if list == nil {
		list = &sessionList{}
		s.sessionsOf[session.DID] = list
	}
	session.place = len(list.ids)
	list.ids = append(list.ids, session.ID)
	s.sessions.put(session.ID, session, version)
}

// deleteSession moves the last session of the list to the free place.
func (s *Store) deleteSession(id string) {
	session, found := s.sessions.get(id)
	if !found {
		return
	}
	s.sessions.delete(id)
	list := s.sessionsOf[session.DID]
	last := len(list.ids) - 1
	if session.place != last {
		moved := s.sessions.rows[list.ids[last]]
		moved.value.place = session.place
		s.sessions.rows[list.ids[last]] = moved
		list.ids[session.place] = list.ids[last]
	}
	list.ids[last] = ""
	list.ids = list.ids[:last]
	if last == 0 {
		delete(s.sessionsOf, session.DID)
	}
}

func (s *Store) deleteSessions(did string, doomed func(Session) bool) {
	list := s.sessionsOf[did]
	if list == nil {
		return
	}
	for place := len(list.ids) - 1; place >= 0; place-- {
		if session, _ := s.sessions.get(list.ids[place]); doomed(session) {
			s.deleteSession(session.ID)
		}
	}
}

func (s *Store) sweep(did string, now time.Time) {
	list := s.sessionsOf[did]
	for range min(sweepStep, len(list.ids)) {
		if list.cursor >= len(list.ids) {
			list.cursor = 0
		}
		if len(list.ids) == 0 {
			return
		}
		session, _ := s.sessions.get(list.ids[list.cursor])
		if session.Expired(now) {
			s.deleteSession(session.ID)
			continue
		}
		list.cursor++
	}
}
