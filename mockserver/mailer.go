package mockserver

import "log/slog"

// Courier takes mail out of a server. Its methods may be called by several
// goroutines.
type Courier interface {
	// Take has a message delivered, and waits for nothing.
	Take(Message)
	// Forget drops what was not delivered yet.
	Forget()
	// Close delivers what is left, in bounded time, and ends the courier.
	Close()
}

// Mailer starts the courier of a server, which is told what could not be
// delivered by that server's logger. An error keeps the server from starting.
type Mailer func(logger *slog.Logger) (Courier, error)

// forwardMail starts the courier, where there is one.
func (s *Server) forwardMail() (err error) {
	if s.options.Mailer == nil {
		return nil
	}
	if s.courier, err = s.options.Mailer(s.options.Logger); err != nil {
		return err
	}
	s.core.Outbox.Forward = s.courier.Take
	return nil
}

func (s *Server) stopMail() {
	if s.courier != nil {
		s.courier.Close()
	}
}
