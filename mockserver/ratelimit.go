package mockserver

import (
	"net/http"
	"strings"

	"github.com/pdsconform/pdsconform/mockserver/internal/pds"
	"github.com/pdsconform/pdsconform/mockserver/internal/ratelimit"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// RateLimit is how many Requests each address may send in a window of time, Per,
// which is whole seconds. The zero value is no limit.
type RateLimit = ratelimit.RateLimit

// ParseRateLimit reads a number of requests, a slash and a duration, such as
// 3000/5m.
func ParseRateLimit(text string) (RateLimit, error) { return ratelimit.Parse(text) }

// limited counts calls of methods; preflights and the health of the server are
// asked for freely, as on the real one.
// Source: https://github.com/bluesky-social/atproto/blob/main/packages/xrpc-server/src/rate-limiter.ts
func (s *Server) limited(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		isCall := r.Method != http.MethodOptions && strings.HasPrefix(r.URL.Path, "/xrpc/") && r.URL.Path != pds.HealthPath
		if !isCall || s.limiter.Admit(w.Header(), r, s.options.RateLimit, s.core.Clock.Now()) {
			next.ServeHTTP(w, r)
			return
		}
		s.router.Refuse(w, r, &xrpc.Error{
			Status: http.StatusTooManyRequests, Name: "RateLimitExceeded", Message: "Rate Limit Exceeded",
		})
	})
}

// delayed makes each request wait.
func (s *Server) delayed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.core.Wait(r.Context(), s.options.Latency) == nil { // otherwise nobody is left to read the answer
			next.ServeHTTP(w, r)
		}
	})
}

// stack is the handler of the XRPC listener: the router itself, unless the
// options put something before it.
func (s *Server) stack() http.Handler {
	var handler http.Handler = s.router
	if s.options.RateLimit != (RateLimit{}) {
		handler = s.limited(handler)
	}
	if s.options.Latency > 0 {
		handler = s.delayed(handler)
	}
	return handler
}
