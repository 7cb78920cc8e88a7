package target

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

var errNoTime = errors.New("the clock of the control server shows no time")

const controlPrefix = "/control/v1/"

// Control speaks the control protocol to a server that moves the target's
// clock, shows its mail and takes accounts down.
type Control struct {
	base   string
	http   *http.Client
	offers []string
	silent bool // info does not say what is offered
}

// NewControl asks a control server what it offers. The error says that it
// could not be asked.
func NewControl(ctx context.Context, base string, timeout time.Duration) (*Control, error) {
	control := &Control{base: strings.TrimSuffix(base, "/"), http: &http.Client{Timeout: timeout}}
	var info any
	if err := control.call(ctx, http.MethodGet, "info", nil, &info); err != nil {
		return nil, fmt.Errorf("control server: %w", err)
	}
	control.offers = words(info, false)
	control.silent = !slices.ContainsFunc(words(info, true), func(word string) bool {
		return strings.Contains(word, "mail") || strings.Contains(word, "clock") || strings.Contains(word, "takedown")
	})
	return control, nil
}

// Close closes idle connections.
func (c *Control) Close() { c.http.CloseIdleConnections() }

// Offers reports whether a verb is offered. The protocol leaves the form of
// that statement open, so any mention of the verb counts; a server that says
// nothing of any verb is taken to offer all but the widening of races.
func (c *Control) Offers(capability Capability) bool {
	if c.silent {
		return capability != WidenRaces
	}
	return slices.ContainsFunc(c.offers, func(word string) bool { return strings.Contains(word, string(capability)) })
}

// denies reports whether the control server lists the accounts of its server, and
// not that of the DID.
func (c *Control) denies(ctx context.Context, did string) bool {
	var listed []map[string]any
	if c.call(ctx, http.MethodGet, "accounts", nil, &listed) != nil {
		return false
	}
	return !slices.ContainsFunc(listed, func(account map[string]any) bool { return account["did"] == did })
}

// words collects every string of a JSON value, and every name; where denied is
// false not those whose value is false or null.
func words(value any, denied bool) []string {
	var found []string
	switch v := value.(type) {
	case string:
		found = append(found, strings.ToLower(v))
	case []any:
		for _, element := range v {
			found = append(found, words(element, denied)...)
		}
	case map[string]any:
		for name, member := range v {
			if denied || member != any(false) && member != nil {
				found = append(found, strings.ToLower(name))
			}
			if name != "name" && name != "version" {
				found = append(found, words(member, denied)...)
			}
		}
	}
	return found
}

// Advance moves the clock forward.
func (c *Control) Advance(ctx context.Context, by time.Duration) error {
	return c.call(ctx, http.MethodPost, "clock", map[string]string{"advance": shortDuration(by)}, nil)
}

// SetTakedown takes an account down, or reinstates it.
func (c *Control) SetTakedown(ctx context.Context, did string, down bool) error {
	verb := http.MethodPost
	if !down {
		verb = http.MethodDelete
	}
	return c.call(ctx, verb, "accounts/"+url.PathEscape(did)+"/takedown", nil, nil)
}

// Messages returns the mail to an address, newest last.
func (c *Control) Messages(ctx context.Context, to string) ([]Message, error) {
	var messages []Message
	err := c.call(ctx, http.MethodGet, "mail?to="+url.QueryEscape(to), nil, &messages)
	return messages, err
}

// How long the calls of a race wait for each other before they commit.
const (
	rendezvous = "5s"   // at most, until the last of them has come
	window     = "20ms" // where the control server can't count them
)

// latency is what the control protocol says of waits.
type latency struct {
	NSID  string `json:"nsid"`
	Stage string `json:"stage"`
	Delay string `json:"delay"`
	Calls int    `json:"calls,omitempty"`
}

// WidenRace makes every call of a method wait before it commits, until so many
// have come; no calls end it. A control server that refuses the number, or
// leaves it out of its answer, makes each wait for a moment.
func (c *Control) WidenRace(ctx context.Context, nsid string, calls int) error {
	if calls == 0 {
		return c.call(ctx, http.MethodPut, "latency", latency{NSID: nsid, Stage: beforeCommit, Delay: "0s"}, nil)
	}
	var holds latency
	err := c.call(ctx, http.MethodPut, "latency", latency{NSID: nsid, Stage: beforeCommit, Delay: rendezvous, Calls: calls}, &holds)
	if err == nil && holds.Calls == calls {
		return nil
	}
	return c.call(ctx, http.MethodPut, "latency", latency{NSID: nsid, Stage: beforeCommit, Delay: window}, nil)
}

// beforeCommit is the stage at which the calls of a race wait.
const beforeCommit = "before-commit"

// call sends one request of the control protocol and decodes what comes.
func (c *Control) call(ctx context.Context, verb, path string, input, output any) error {
	var body io.Reader = http.NoBody
	if input != nil {
		encoded, err := json.Marshal(input)
		if err != nil {
			return err
		}
		body = bytes.NewReader(encoded)
	}
	request, err := http.NewRequestWithContext(ctx, verb, c.base+controlPrefix+path, body)
	if err != nil {
		return err
	}
	if input != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := c.http.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, 8<<20))
	if err != nil {
		return err
	}
	name, _, _ := strings.Cut(path, "?")
	if response.StatusCode/100 != 2 {
		return fmt.Errorf("%s %s answered %d", verb, name, response.StatusCode)
	}
	if output == nil {
		return nil
	}
	if err := json.Unmarshal(answer, output); err != nil {
		return fmt.Errorf("%s %s answered no JSON of the expected form: %w", verb, name, err)
	}
	return nil
}
