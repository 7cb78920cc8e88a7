// Package requests is the log of what a server was asked and has answered,
// without its secrets. It must not know what a server is.
package requests

import (
	"context"
	"encoding/json"
	"log/slog"
	"sync"
	"time"

	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// keptRequests is how many requests the log remembers: the newest.
const keptRequests = 1000

// Log is a ring of exchanges. They are kept as they were, and secrets are
// replaced when somebody looks: most are never looked at. All methods are safe
// for use by several goroutines.
type Log struct {
	Logger *slog.Logger // gets a line for each request at level Info

	// Known lists secrets that may be in no request yet: codes that were mailed, and
	// what the server began with. It may be nil.
	Known func() []string

	mutex   sync.Mutex
	count   int
	ring    []*xrpc.Exchange
	secrets [][]string    // of each exchange of the ring that was looked at; nil of one that wasn't
	changed chan struct{} // closed when there is another request; nil while nobody waits for that
}

// Changed is how many requests there were so far, and a channel that is closed
// when that is no longer so.
func (l *Log) Changed() (count int, changed <-chan struct{}) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if l.changed == nil {
		l.changed = make(chan struct{})
	}
	return l.count, l.changed
}

// tell ends the wait for a change; the lock is held.
func (l *Log) tell() {
	if l.changed != nil {
		close(l.changed)
		l.changed = nil
	}
}

func (l *Log) add(exchange *xrpc.Exchange) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if len(l.ring) < keptRequests {
		l.ring, l.secrets = append(l.ring, exchange), append(l.secrets, nil)
	} else {
		l.ring[l.count%keptRequests], l.secrets[l.count%keptRequests] = exchange, nil
	}
	l.count++
	l.tell()
}

// Reset forgets all requests and counts from 1 again.
func (l *Log) Reset() {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.ring, l.secrets, l.count = nil, nil, 0
	l.tell()
}

// after returns the exchanges that came after one, in order, and the number of
// the first.
func (l *Log) after(id int) ([]*xrpc.Exchange, int) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	start := min(max(l.count-len(l.ring), id), l.count)
	exchanges := make([]*xrpc.Exchange, 0, l.count-start)
	for i := start; i < l.count; i++ {
		exchanges = append(exchanges, l.ring[i%keptRequests])
	}
	return exchanges, start + 1
}

// Request is one request that the server got, with its answer. Secrets in it
// are replaced.
type Request struct {
	ID            int             `json:"id"` // 1 for the first since the start
	At            time.Time       `json:"at"`
	DurationMs    float64         `json:"durationMs"`
	Method        string          `json:"method"`
	Path          string          `json:"path"`
	Query         string          `json:"query,omitempty"`
	NSID          string          `json:"nsid,omitempty"`    // where a method was called
	Account       string          `json:"account,omitempty"` // the DID that the token stood for
	Authorization string          `json:"authorization,omitempty"`
	ContentType   string          `json:"contentType,omitempty"`
	UserAgent     string          `json:"userAgent,omitempty"`
	Host          string          `json:"host,omitempty"`          // whom it was sent to, by its own words
	Origin        string          `json:"origin,omitempty"`        // the header of that name
	Accept        string          `json:"accept,omitempty"`        // the header of that name
	Connection    string          `json:"connection,omitempty"`    // the client's end of the connection
	Credential    string          `json:"credential,omitempty"`    // the mark of the bearer token, see Issued
	ContentLength int64           `json:"contentLength,omitempty"` // as the header says, -1 where it does not
	BodyBytes     int             `json:"bodyBytes,omitempty"`     // how much of the body was read: nothing of a request that was refused before
	Body          json.RawMessage `json:"body,omitempty"`          // JSON, or a string that says why not
	Status        int             `json:"status"`                  // 0 where the connection was closed without an answer
	Error         string          `json:"error,omitempty"`
	Response      json.RawMessage `json:"response,omitempty"` // as Body
	Scenario      string          `json:"scenario,omitempty"` // the ID of the one that applied to the request

	// Issued are marks of the tokens that were sent in the answer, by member:
	// equal tokens have equal marks, and no mark tells its token. By them a
	// reader sees which token a later request bears.
	Issued map[string]string `json:"issued,omitempty"`
}

// Newest returns the newest requests, at most a thousand, in the order in which
// they were answered.
func (l *Log) Newest() []Request { return l.After(0) }

// After returns those of the newest requests that were answered after the one
// with an ID.
func (l *Log) After(id int) []Request {
	exchanges, first := l.after(id)
	requests := make([]Request, 0, len(exchanges))
	if len(exchanges) == 0 {
		return requests
	}
	hide := redactor{l.replacer()}
	for i, exchange := range exchanges {
		requests = append(requests, hide.describe(first+i, exchange))
	}
	return requests
}

func (r redactor) describe(id int, x *xrpc.Exchange) Request {
	return Request{
		ID: id, At: x.At, DurationMs: float64(x.Duration) / float64(time.Millisecond),
		Method: x.Method, Path: r.text(x.Path), Query: r.query(x.Query),
		NSID: x.NSID, Account: x.Caller,
		Authorization: redactAuthorization(x.Authorization),
		ContentType:   r.text(x.ContentType),
		UserAgent:     r.text(x.UserAgent),
		Host:          r.text(x.Host),
		Origin:        r.text(x.Origin),
		Accept:        r.text(x.Accept),
		Connection:    x.Connection,
		Credential:    markOfBearer(x.Authorization),
		ContentLength: x.ContentLength,
		BodyBytes:     x.RequestBytes,
		Body:          r.body(x.RequestBody, x.RequestBytes),
		Status:        x.Status, Error: x.Error,
		Response: r.body(x.ResponseBody, x.ResponseBytes),
		Scenario: x.Scenario,
		Issued:   issued(x.ResponseBody),
	}
}

// Observe takes an exchange down. It is called once for each request.
func (l *Log) Observe(exchange *xrpc.Exchange) {
	l.add(exchange)
	logger := l.Logger
	if !logger.Enabled(context.Background(), slog.LevelInfo) {
		return
	}
	line := append(make([]slog.Attr, 0, 6),
		slog.String("method", exchange.Method),
		slog.String("path", redactText(exchange.Path)),
		slog.Int("status", exchange.Status))
	if exchange.Error != "" {
		line = append(line, slog.String("error", exchange.Error))
	}
	if exchange.Caller != "" {
		line = append(line, slog.String("account", exchange.Caller))
	}
	line = append(line, slog.Duration("took", exchange.Duration))
	logger.LogAttrs(context.Background(), slog.LevelInfo, "request", line...)
}
