package xrpc

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
)

const (
	maxBody    = 1 << 20  // an answer longer than this is no answer of an account server
	maxHeaders = 64 << 10 // in bytes
)

var (
	errTrailingText = errors.New("text follows the JSON value")
	errTooLong      = fmt.Errorf("the body is longer than %d bytes", maxBody)
)

// Client sends requests to one server. It follows no redirects, bounds the
// time and size of an answer, and is safe for use by several goroutines.
type Client struct {
	base    string
	timeout time.Duration
	http    *http.Client
	sent    atomic.Int64
	secrets *Secrets
	pace    *Pace
	silent  unanswered
	lanes   lanes
}

// idleTime is how long a connection is kept for another request: less than the
// five seconds after which common servers close one, since a request that is on
// its way then gets no answer.
const idleTime = 4 * time.Second

// NewClient makes a client of the server at a base URL, which the caller has
// checked, with a time limit for each whole exchange.
func NewClient(base string, timeout time.Duration, secrets *Secrets) *Client {
	transport := &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            (&net.Dialer{Timeout: timeout * 3 / 4}).DialContext, // runs out first, so that it is told apart
		MaxIdleConnsPerHost:    16,
		IdleConnTimeout:        idleTime,
		DisableCompression:     true, // what is compared and shown is what was sent
		MaxResponseHeaderBytes: maxHeaders,
	}
	return &Client{
		base:    strings.TrimSuffix(base, "/"),
		timeout: timeout,
		secrets: secrets,
		pace:    NewPace(PaceOptions{}),
		http: &http.Client{
			Transport:     transport,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
}

// Base is the server's base URL without a trailing slash.
func (c *Client) Base() string { return c.base }

// Sent is the number of requests sent so far.
func (c *Client) Sent() int { return int(c.sent.Load()) }

// Secrets is where the secrets of the run are kept.
func (c *Client) Secrets() *Secrets { return c.secrets }

// Pace is how fast requests may be sent to the server.
func (c *Client) Pace() *Pace { return c.pace }

// SetPace has requests keep to a pace. It is called before the first of them.
func (c *Client) SetPace(pace *Pace) { c.pace = pace }

// Close closes idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Ask is AskOnce, and again where the server refuses the request by a limit.
func (c *Client) Ask(ctx context.Context, request Request) Exchange {
	for times := 0; ; times++ {
		exchange := c.AskOnce(ctx, request)
		if ctx.Err() != nil || !c.pace.Again(exchange, times) {
			return exchange
		}
	}
}

// AskOnce is Do at the server's pace.
func (c *Client) AskOnce(ctx context.Context, request Request) Exchange {
	answered, err := c.pace.Wait(ctx, request)
	if err != nil {
		return Exchange{Request: request, Err: err}
	}
	defer answered()
	return c.Do(ctx, request)
}

// Do sends a request and returns the exchange, whatever came of it: the
// absence of an answer is in Exchange.Err. The end of ctx keeps a request from
// being sent, and cuts off one that changes nothing; any other is waited for
// within the client's time limit, since only the answer tells what it changed.
//
// A connection that the server closed while it was idle is no fault of the
// server: a request lost on one is sent once more, on a new connection.
// Source: RFC 9112, section 9.3.1
func (c *Client) Do(ctx context.Context, request Request) Exchange {
	lane := c.lanes.of(request.NSID)
	lane.RLock()
	defer lane.RUnlock()
	return c.do(ctx, request)
}

func (c *Client) do(ctx context.Context, request Request) Exchange {
	if err := c.silent.givenUp(request.NSID); err != nil {
		return Exchange{Request: request, Err: err}
	}
	if err := ctx.Err(); err != nil {
		return Exchange{Request: request, Err: err}
	}
	ctx = request.uncut(ctx)
	c.secrets.learnRequest(request)
	exchange, lostOnIdle := c.once(ctx, request)
	if lostOnIdle && ctx.Err() == nil {
		c.http.CloseIdleConnections()
		exchange, _ = c.once(ctx, request)
	}
	c.silent.note(request.NSID, exchange.Err == nil || exchange.Duration < c.timeout)
	c.secrets.learnResponse(exchange)
	c.pace.hear(exchange)
	return exchange
}

func (c *Client) once(ctx context.Context, request Request) (exchange Exchange, lostOnIdle bool) {
	start := time.Now() // before the limit begins to run, or what reached it would seem to have been in time
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	var reused, answering atomic.Bool // the transport's goroutines may outlast the exchange
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn:              func(info httptrace.GotConnInfo) { reused.Store(info.Reused) },
		GotFirstResponseByte: func() { answering.Store(true) },
	})
	exchange = Exchange{Request: request}
	c.sent.Add(1)
	exchange.Err = c.roundTrip(ctx, request, &exchange)
	exchange.Duration, exchange.decoded = time.Since(start), new(decoded)
	return exchange, exchange.Err != nil && reused.Load() && !answering.Load() && ctx.Err() == nil
}

func (c *Client) roundTrip(ctx context.Context, request Request, exchange *Exchange) error {
	message, err := c.message(ctx, request)
	if err != nil {
		return err
	}
	response, err := c.http.Do(message)
	if err != nil {
		return plain(err, c.timeout)
	}
	defer response.Body.Close()
	if err := checkStatus(response.StatusCode); err != nil {
		return err
	}
	exchange.Status, exchange.Header = response.StatusCode, response.Header
	exchange.Body, err = io.ReadAll(io.LimitReader(response.Body, maxBody+1))
	if err != nil {
		return fmt.Errorf("the answer broke off: %w", plain(err, c.timeout))
	}
	if len(exchange.Body) > maxBody {
		*exchange = exchange.Brief() // it is no answer, and judged by nobody
		return errTooLong
	}
	return nil
}

// checkStatus refuses what net/http lets pass: codes below the first class.
// Source: RFC 9110, section 15
func checkStatus(status int) error {
	if status < http.StatusContinue {
		return fmt.Errorf("the answer has the status %03d, which is none of HTTP", status)
	}
	return nil
}

// message builds the HTTP request. A request without a body says so by
// http.NoBody, since a Transfer-Encoding alone counts as a body for some.
func (c *Client) message(ctx context.Context, request Request) (*http.Request, error) {
	var reader io.Reader = http.NoBody
	body := request.Body()
	if body != nil {
		reader = bytes.NewReader(body)
	}
	if request.Chunked {
		reader = io.MultiReader(reader) // of which net/http knows no length
	}
	wellFormed := request
	wellFormed.RawPath = ""
	message, err := http.NewRequestWithContext(ctx, request.Verb, c.base+wellFormed.Path(), reader)
	if err != nil {
		return nil, err
	}
	if request.RawPath != "" {
		message.URL.Opaque = strings.TrimSuffix(message.URL.EscapedPath(), wellFormed.Path()) + request.Path()
	}
	for name, values := range request.Header {
		message.Header[name] = values
	}
	message.Header.Set("User-Agent", "pdsconform")
	if body != nil && request.ContentType != "" {
		message.Header.Set("Content-Type", request.ContentType)
	}
	if request.Authorization != "" {
		message.Header.Set("Authorization", request.Authorization)
	}
	if request.SmallNames {
		message.Header = inSmallLetters(message.Header)
	}
	return message, nil
}

// inSmallLetters are headers whose names net/http writes as they are.
func inSmallLetters(header http.Header) http.Header {
	small := http.Header{}
	for name, values := range header {
		small[strings.ToLower(name)] = values
	}
	return small
}

// plain words a transport error for the server's author: without the URL,
// which the exchange shows, and with the limit that ran out.
func plain(err error, timeout time.Duration) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	switch {
	case Unreachable(err):
		return err
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("no complete answer within %s", timeout)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("the server closed the connection without a complete answer")
	}
	return err
}

// Unreachable reports whether no connection could be made at all, as against
// one that was made and dropped.
func Unreachable(err error) bool {
	var operation *net.OpError
	return errors.As(err, &operation) && operation.Op == "dial"
}
