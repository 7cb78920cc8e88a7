package client

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/pdsconform/pdsconform/lexicons"
)

// Setup is how the server of a scenario is to be.
type Setup struct {
	Catalog *lexicons.Catalog

	// Variants are names of Config.Variants: legal but unusual ways.
	Variants []string

	InviteRequired bool
	AdminPassword  string

	// Ahead is how far the server's clock is before this machine's: below zero,
	// it is the client's that is fast.
	Ahead time.Duration
}

// Server is a running server of the documents that offers the control
// protocol: the embedded mock, or one like it.
type Server struct {
	URL     string
	Control string // base URL of the control protocol
	Close   func()
}

// request is an entry of the server's request log.
type request struct {
	ID            int               `json:"id"`
	At            time.Time         `json:"at"`
	DurationMs    float64           `json:"durationMs"`
	Method        string            `json:"method"`
	Path          string            `json:"path"`
	Query         string            `json:"query"`
	NSID          string            `json:"nsid"`
	Authorization string            `json:"authorization"`
	Credential    string            `json:"credential"`
	ContentType   string            `json:"contentType"`
	UserAgent     string            `json:"userAgent"`
	Host          string            `json:"host"`
	Origin        string            `json:"origin"`
	Connection    string            `json:"connection"`
	ContentLength int64             `json:"contentLength"`
	BodyBytes     int               `json:"bodyBytes"`
	Body          json.RawMessage   `json:"body"`
	Status        int               `json:"status"`
	Error         string            `json:"error"`
	Response      json.RawMessage   `json:"response"`
	Scenario      string            `json:"scenario"`
	Issued        map[string]string `json:"issued"`
}

// controller speaks the control protocol of a scenario's server.
type controller struct {
	base string
	http *http.Client
}

// do sends an order and decodes the answer into, where that is not nil.
func (c controller) do(ctx context.Context, verb, path string, order, into any) error {
	var body io.Reader
	if order != nil {
		text, err := json.Marshal(order)
		if err != nil {
			return err
		}
		body = bytes.NewReader(text)
	}
	request, err := http.NewRequestWithContext(ctx, verb, c.base+"/control/v1/"+path, body)
	if err != nil {
		return err
	}
	response, err := c.http.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("control %s %s: %d %s", verb, path, response.StatusCode, shorten(string(answer), 200))
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(answer, into)
}

// requests are those that were answered after the one with an ID. A server
// that lists all of them does too.
func (c controller) requests(ctx context.Context, after int) (log []request, err error) {
	err = c.do(ctx, http.MethodGet, "requests?after="+itoa(after), nil, &log)
	return slices.DeleteFunc(log, func(one request) bool { return one.ID <= after }), err
}

// code is the one in the newest mail to an address, "" where none came.
func (c controller) code(ctx context.Context, to string) (string, error) {
	var messages []struct{ Token string }
	if err := c.do(ctx, http.MethodGet, "mail?to="+url.QueryEscape(to), nil, &messages); err != nil {
		return "", err
	}
	if len(messages) == 0 {
		return "", nil
	}
	return messages[len(messages)-1].Token, nil
}

// fault is a scenario of the control protocol: what happens to requests.
type fault struct {
	Method   string            `json:"method,omitempty"`
	Skip     int               `json:"skip,omitempty"`
	Times    int               `json:"times,omitempty"`
	Delay    string            `json:"delay,omitempty"`
	Status   int               `json:"status,omitempty"`
	Error    string            `json:"error,omitempty"`
	Message  string            `json:"message,omitempty"`
	CarryOut bool              `json:"carryOut,omitempty"`
	Headers  map[string]string `json:"headers,omitempty"`
	Body     string            `json:"body,omitempty"`
	Drop     string            `json:"drop,omitempty"`
}

func (c controller) add(ctx context.Context, f fault) error {
	return c.do(ctx, http.MethodPost, "scenarios", f, nil)
}

func (c controller) clear(ctx context.Context) error {
	return c.do(ctx, http.MethodDelete, "scenarios", nil, nil)
}

func (c controller) advance(ctx context.Context, by time.Duration) error {
	return c.do(ctx, http.MethodPost, "clock", map[string]string{"advance": by.String()}, nil)
}
