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
