package model

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const prefix = "com.atproto.server."

// queries are the methods that are called with GET.
func isQuery(method string) bool {
	switch method {
	case "describeServer", "getSession", "listAppPasswords", "getAccountInviteCodes", "getServiceAuth", "checkAccountStatus":
		return true
	}
	return false
}

// plain calls a method that needs no credential.
func (c *client) plain(ctx context.Context, method string, input, into any) error {
	authorization := ""
	if c.Fault == "credential:"+method && c.last != nil {
		authorization = "Bearer " + c.last.AccessJwt
	}
	return c.send(ctx, method, authorization, nil, input, into)
}

// query calls a query, with a token or without.
func (c *client) query(ctx context.Context, method, token string, params url.Values, into any) error {
	if c.Fault == "credential:"+method && c.last != nil {
		token = c.last.AccessJwt
	}
	if token != "" {
		token = "Bearer " + token
	}
	return c.send(ctx, method, token, params, nil, into)
}

// send sends a request, more than once where the client is of that kind.
func (c *client) send(ctx context.Context, method, authorization string, params url.Values, input, into any) error {
	for try := 0; ; try++ {
		err := c.sendOnce(ctx, method, authorization, params, input, into)
		var told *callError
		if c.Fault == "limited-ends" && errors.As(err, &told) && told.Status == 429 {
			c.ended = true
		}
		pause, again := c.again(err, method, try)
		if !again {
			return err
		}
		timer := time.NewTimer(pause)
		<-timer.C
	}
}

// again says whether a request that failed is tried once more, and when.
func (c *client) again(err error, method string, try int) (time.Duration, bool) {
	var told *callError
	isAnswer := errors.As(err, &told)
	switch {
	case err == nil:
		return 0, false
	case c.Fault == "storm" && (!isAnswer || told.Status >= 429):
		return 0, try < 15
	case c.Fault == "repeats-posts" && !isAnswer && !isQuery(method):
		return 0, try < 2
	case c.Fault == "ignores-retry-after" && isAnswer && told.Status == 429:
		return 0, try < 3
	case c.Unusual == "retries" && isQuery(method) && isAnswer && (told.Status == 429 || told.Status == 503):
		pause := time.Duration(150<<try) * time.Millisecond
		var limited *limitedError
		if errors.As(err, &limited) {
			pause = max(pause, limited.wait)
		}
		return pause, try < 3
	}
	return 0, false
}

// limitedError is an error with a time to wait.
type limitedError struct {
	*callError
	wait time.Duration
}

func (e *limitedError) Unwrap() error { return e.callError }

// request makes the request, wrong as the fault has it.
func (c *client) request(ctx context.Context, method, authorization string, params url.Values, input any) (*http.Request, error) {
	verb := http.MethodPost
	if isQuery(method) {
		verb = http.MethodGet
	}
	if c.Fault == "verb:"+method {
		verb = map[string]string{http.MethodPost: http.MethodPut, http.MethodGet: http.MethodPost}[verb]
	}
	body, mediaType, err := c.body(method, input)
	if err != nil {
		return nil, err
	}
	path := c.service + "/xrpc/" + prefix + method
	if c.Fault == "path" {
		path = c.service + "/api/xrpc/" + prefix + method
	}
	if c.Fault == "token-in-url" && strings.HasPrefix(authorization, "Bearer ") {
		if params == nil {
			params = url.Values{}
		}
		params.Set("auth", strings.TrimPrefix(authorization, "Bearer "))
	}
	if len(params) > 0 {
		path += "?" + params.Encode()
	}
	request, err := http.NewRequestWithContext(ctx, verb, path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if body == nil {
		request.Body, request.ContentLength = http.NoBody, 0
	}
	c.header(request, authorization, mediaType)
	return request, nil
}

// body is the text of an input, wrong as the fault has it.
func (c *client) body(method string, input any) ([]byte, string, error) {
	if input == nil {
		if c.Fault == "body:"+method {
			return []byte(`{}`), "application/json", nil
		}
		return nil, "", nil
	}
	if members, isObject := input.(object); isObject {
		changed := object{}
		for name, value := range members {
			changed[name] = value
		}
		switch c.Fault {
		case "input:" + method:
			for name := range changed {
				changed[name] = []string{"wrong"}
			}
			if len(changed) == 0 {
				changed["deleteAfter"] = 5
			}
		case "members:" + method:
			changed["sentBy"] = "model"
		}
		input = changed
	}
	text, err := json.Marshal(input)
	if c.Unusual == "indented" && err == nil {
		text, err = json.MarshalIndent(input, " ", "\t")
	}
	mediaType := "application/json"
	if c.Unusual == "media-type" {
		mediaType = "Application/JSON; charset=UTF-8"
	}
	if c.Fault == "media-type:"+method {
		mediaType = "text/plain"
	}
	return text, mediaType, err
}

func (c *client) header(request *http.Request, authorization, mediaType string) {
	if authorization != "" {
		request.Header.Set("Authorization", authorization)
	}
	if mediaType != "" {
		request.Header.Set("Content-Type", mediaType)
	}
	switch {
	case c.Fault == "scheme" && strings.HasPrefix(authorization, "Bearer "):
		request.Header.Set("Authorization", "Token "+strings.TrimPrefix(authorization, "Bearer "))
	case c.Fault == "host":
		request.Host = "pds.example.com"
	case c.Fault == "token-in-agent":
		request.Header.Set("User-Agent", "model/1.0 ("+authorization+")")
	case c.Unusual == "scheme-case" && strings.HasPrefix(authorization, "Bearer "):
		request.Header.Set("Authorization", "bearer "+strings.TrimPrefix(authorization, "Bearer "))
	case c.Unusual == "headers":
		request.Header.Set("User-Agent", "")
		request.Header.Set("Origin", "https://app.example.com")
		request.Header.Set("Atproto-Accept-Labelers", "did:web:labels.example.com")
		request.Header.Set("X-Client", "model")
	}
}

const maxAnswer = 1 << 20

func (c *client) sendOnce(ctx context.Context, method, authorization string, params url.Values, input, into any) error {
	request, err := c.request(ctx, method, authorization, params, input)
	if err != nil {
		return err
	}
	response, err := c.http.Do(request)
	if err != nil {
		return errors.New("the server can't be reached") // the library's error names the URL
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return fmt.Errorf("the answer broke off: %w", err)
	}
	if err := c.tolerate(response, text); err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK && response.StatusCode != http.StatusNoContent {
		return refusal(response, text)
	}
	if into == nil {
		return nil
	}
	mediaType, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type"))
	if mediaType != "application/json" {
		return errors.New("the answer is not JSON")
	}
	return json.Unmarshal(text, into)
}

// refusal is the error of an answer.
func refusal(response *http.Response, text []byte) error {
	told := &callError{Name: http.StatusText(response.StatusCode), Status: response.StatusCode, Message: response.Status}
	var body struct{ Error, Message string }
	if json.Unmarshal(text, &body) == nil && body.Error != "" {
		told.Name, told.Message = body.Error, body.Message
	}
	seconds, err := strconv.Atoi(response.Header.Get("Retry-After"))
	if at, notDate := http.ParseTime(response.Header.Get("Retry-After")); notDate == nil {
		return &limitedError{told, time.Until(at)}
	}
	if err != nil {
		return told
	}
	return &limitedError{told, time.Duration(seconds) * time.Second}
}

// tolerate is nil for a client that bears all that a server may do.
func (c *client) tolerate(response *http.Response, text []byte) error {
	intolerable := map[string]bool{
		"wants-known-members": bytes.Contains(text, []byte("extraNull")),
		"wants-order":         bytes.HasPrefix(text, []byte(`{"refreshJwt"`)) || bytes.HasPrefix(text, []byte(`{"handle"`)) || bytes.HasPrefix(text, []byte(`{"message"`)),
		"wants-no-space":      bytes.ContainsAny(text, "\n\t"),
		"wants-no-escapes":    bytes.Contains(text, []byte(`\u00`)),
		"wants-media-type":    response.Header.Get("Content-Type") != "" && strings.Contains(response.Header.Get("Content-Type"), "profile="),
		"wants-few-headers":   response.Header.Get("Set-Cookie") != "",
		"wants-length":        response.ContentLength < 0,
		"wants-nothing":       string(text) == "{}",
		"wants-no-document":   bytes.Contains(text, []byte(`"didDoc"`)),
		"wants-200":           response.StatusCode == http.StatusNoContent,
		"wants-connection":    response.Close,
	}
	if intolerable[c.Fault] {
		return errors.New("this answer is not understood")
	}
	return nil
}
