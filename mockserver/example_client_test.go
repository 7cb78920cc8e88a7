package mockserver_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pdsconform/pdsconform/mockserver"
)

func TestSessionIsRefreshedWhenItExpires(t *testing.T) {
	t.Parallel()
	mock := mockserver.RunT(t, mockserver.Options{Accounts: []mockserver.Account{
		{Handle: "alice.test", Email: "alice@example.com", Password: "correct horse"},
	}})
	client := &sessionClient{url: mock.URL}
	if err := client.logIn("alice.test", "correct horse"); err != nil {
		t.Fatal(err)
	}
	if err := mock.AdvanceClock(3 * time.Hour); err != nil { // an access token lives for two
		t.Fatal(err)
	}
	if handle, err := client.handle(); err != nil || handle != "alice.test" {
		t.Errorf("handle is %q, %v", handle, err)
	}
}

// sessionClient stands for the client to test: it keeps the tokens of a session,
// and gets itself new ones when the server says that they have expired.
type sessionClient struct{ url, access, refresh string }

// sessionAnswer is what these methods answer, or an error.
type sessionAnswer struct{ AccessJwt, RefreshJwt, Handle, Error, Message string }

func (c *sessionClient) logIn(identifier, password string) error {
	return c.open("createSession", "", `{"identifier":"`+identifier+`","password":"`+password+`"}`)
}

// handle asks the server whose session this is.
func (c *sessionClient) handle() (string, error) {
	got, err := c.call(http.MethodGet, "getSession", c.access, "")
	if got.Error == "ExpiredToken" {
		if err := c.open("refreshSession", c.refresh, ""); err != nil {
			return "", err
		}
		got, err = c.call(http.MethodGet, "getSession", c.access, "")
	}
	return got.Handle, err
}

// open calls a method that answers with tokens, and keeps them.
func (c *sessionClient) open(method, token, input string) error {
	got, err := c.call(http.MethodPost, method, token, input)
	if err == nil {
		c.access, c.refresh = got.AccessJwt, got.RefreshJwt
	}
	return err
}

func (c *sessionClient) call(verb, method, token, input string) (got sessionAnswer, err error) {
	request, err := http.NewRequestWithContext(context.Background(), verb, c.url+"/xrpc/com.atproto.server."+method, strings.NewReader(input))
	if err != nil {
		return got, err
	}
	if input != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return got, err
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(&got); err != nil {
		return got, err
	}
	if got.Error != "" {
		return got, fmt.Errorf("%s: %s: %s", method, got.Error, got.Message)
	}
	return got, nil
}
