package mockserver

import (
	"github.com/pdsconform/pdsconform/mockserver/internal/requests"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// Request is one request that the server got, with its answer. Secrets in it
// are replaced; tokens are told apart by the marks in Credential and Issued.
type Request = requests.Request

// Requests returns the newest requests, at most a thousand, in the order in
// which they were answered.
func (s *Server) Requests() []Request { return s.requests.Newest() }

// observe is called once for each request.
func (s *Server) observe(exchange *xrpc.Exchange) {
	s.requests.Observe(exchange)
	s.core.Latency.Ended(exchange.NSID)
}

// mostSecrets bounds how many secrets are looked for in the log by their value.
const mostSecrets = 5000

// secrets are those that the server began with, and the codes that it has mailed.
func (s *Server) secrets() []string {
	all := []string{s.options.AdminPassword, s.options.JWTSecret}
	codes := func(invites []Invite) {
		for _, invite := range invites {
			all = append(all, invite.Code)
		}
	}
	codes(s.options.Invites)
	for _, message := range s.core.Mail("") {
		all = append(all, message.Token)
	}
	for _, account := range s.options.Accounts {
		if len(all) >= mostSecrets {
			break
		}
		all = append(all, account.Password)
		for _, password := range account.AppPasswords {
			all = append(all, password.Password)
		}
		codes(account.Invites)
	}
	return all[:min(len(all), mostSecrets)]
}
