package mockserver

import (
	"net"
	"net/http"
	"strings"

	"github.com/pdsconform/pdsconform/mockserver/internal/pds"
	"github.com/pdsconform/pdsconform/mockserver/internal/ratelimit"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// RateLimit is how many Requests each address may send in a window of time, Per,
// which is whole seconds: of one Method or of all, and PerAccount with a window
// for each account that the requests of an address concern. The zero value is no
// limit.
type RateLimit = ratelimit.RateLimit

// RealRateLimits are the limits of a server of the field, most of them of single
// methods.
func RealRateLimits() []RateLimit { return ratelimit.Real() }

// ParseRateLimit reads a number of requests, a slash and a duration, such as
// 3000/5m; a method and an equals sign may come before them, and /account behind,
// as in createSession=30/5m/account.
func ParseRateLimit(text string) (RateLimit, error) { return ratelimit.Parse(text) }

// limited counts calls of methods; preflights and the health of the server are
// asked for freely, as on the real one.
// Source: https://github.com/bluesky-social/atproto/blob/main/packages/xrpc-server/src/rate-limiter.ts
func (s *Server) limited(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		limits := s.core.RateLimits()
		method, isCall := strings.CutPrefix(r.URL.Path, "/xrpc/")
		isCall = isCall && r.Method != http.MethodOptions && r.URL.Path != pds.HealthPath
		if len(limits) == 0 || !isCall || s.limiter.Admit(w.Header(), s.sender(r, method), limits, s.core.Clock.Now()) {
			next.ServeHTTP(w, r)
			return
		}
		s.router.Refuse(w, r, &xrpc.Error{
			Status: http.StatusTooManyRequests, Name: "RateLimitExceeded", Message: "Rate Limit Exceeded",
		})
	})
}

// sender says who sends a request, for those who count.
func (s *Server) sender(r *http.Request, method string) ratelimit.Request {
	address, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		address = r.RemoteAddr
	}
	return ratelimit.Request{Address: address, Method: method, Account: func() string {
		return strings.Join(s.scenarios.Concerned(r), " ")
	}}
}

// delayed makes each request wait.
func (s *Server) delayed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.core.Wait(r.Context(), s.options.Latency) == nil { // otherwise nobody is left to read the answer
			next.ServeHTTP(w, r)
		}
	})
}

// stack is the handler of the XRPC listener.
func (s *Server) stack() http.Handler {
	handler := s.limited(s.router)
	if s.options.Latency > 0 {
		handler = s.delayed(handler)
	}
	return handler
}
