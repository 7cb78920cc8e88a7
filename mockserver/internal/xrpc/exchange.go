package xrpc

import (
	"net/http"
	"time"
)

// keptBody is how much of a body an Exchange remembers.
const keptBody = 8 << 10

// Exchange is one request with its answer, as it was: secrets are still in it.
type Exchange struct {
	At            time.Time
	Duration      time.Duration
	Method        string
	Path          string
	Query         string
	NSID          string // "" where no method was called
	Authorization string
	ContentType   string
	UserAgent     string
	Host          string // whom the request was sent to, by its own words
	Origin        string // the header that browsers send, or ""
	Accept        string
	ContentLength int64  // as the header says, -1 where it does not
	Connection    string // the address of the client's end, one for each connection
	Caller        string // the DID that the token stood for, or ""
	RequestBody   []byte // nil where it was longer than is kept
	RequestBytes  int
	Status        int    // 0 where the connection was closed instead
	Error         string // the name of the error, or ""
	ResponseBody  []byte
	ResponseBytes int
	Scenario      string // the name of the scenario whose fault was injected, or ""
}

func newExchange(at time.Time, r *http.Request) *Exchange {
	return &Exchange{
		At: at, Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery,
		Authorization: r.Header.Get("Authorization"),
		ContentType:   r.Header.Get("Content-Type"),
		UserAgent:     r.Header.Get("User-Agent"),
		Host:          r.Host,
		Origin:        r.Header.Get("Origin"),
		Accept:        r.Header.Get("Accept"),
		ContentLength: r.ContentLength,
		Connection:    r.RemoteAddr,
	}
}

// KeepRequestBody remembers the body of the request, unless it is long.
func (x *Exchange) KeepRequestBody(body []byte) {
	x.RequestBytes = len(body)
	if len(body) <= keptBody {
		x.RequestBody = body
	}
}

// keepResponse remembers what the client gets of a response.
func (x *Exchange) keepResponse(response Response, hit *InjectedFault) {
	sent, dropped := hit.drops(response)
	if response.Body = response.Body[:sent]; dropped && hit.Drop <= DropBeforeAnswer {
		response.Status = 0
	}
	x.Status = response.Status
	x.ResponseBytes = len(response.Body)
	if len(response.Body) <= keptBody {
		x.ResponseBody = response.Body
	}
}
