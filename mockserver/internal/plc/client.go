package plc

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// ErrUnknown says that a directory has no such DID.
var ErrUnknown = errors.New("the DID is not registered")

// Client asks a PLC directory elsewhere.
type Client struct {
	base string
	http *http.Client
}

// lookupTime bounds one question.
const lookupTime = 5 * time.Second

// NewClient returns a client of the directory at a base URL. The public one,
// where every entry is for ever, is refused.
func NewClient(base string) (*Client, error) {
	parsed, err := url.Parse(base)
	switch {
	case err != nil || parsed.Host == "" || parsed.Scheme != "http" && parsed.Scheme != "https":
		return nil, fmt.Errorf("%q must begin with http:// or https:// and name a host", base)
	case strings.EqualFold(parsed.Hostname(), "plc.directory") || strings.HasSuffix(strings.ToLower(parsed.Hostname()), ".plc.directory"):
		return nil, errors.New("the public PLC directory is no place for tests: start one of your own")
	}
	return &Client{strings.TrimSuffix(base, "/"), &http.Client{Timeout: lookupTime}}, nil
}

// Get returns what a DID says at present, or ErrUnknown. Any other error means
// that the directory could not be asked.
func (c *Client) Get(ctx context.Context, did string) (Operation, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+"/"+url.PathEscape(did)+"/data", nil)
	if err != nil {
		return Operation{}, err
	}
	response, err := c.http.Do(request)
	if err != nil {
		return Operation{}, fmt.Errorf("ask the PLC directory: %w", err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, 1<<16))
	switch {
	case err != nil:
		return Operation{}, fmt.Errorf("ask the PLC directory: %w", err)
	case response.StatusCode == http.StatusNotFound || response.StatusCode == http.StatusGone:
		return Operation{}, ErrUnknown
	case response.StatusCode != http.StatusOK:
		return Operation{}, fmt.Errorf("ask the PLC directory: it answered %s", response.Status)
	}
	var said Operation
	if err := json.Unmarshal(text, &said); err != nil {
		return Operation{}, errors.New("ask the PLC directory: its answer is not valid JSON")
	}
	return said, nil
}
