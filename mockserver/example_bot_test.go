package mockserver_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/pdsconform/pdsconform/mockserver"
)

func TestBotGreets(t *testing.T) {
	t.Parallel()
	mock := mockserver.RunT(t, mockserver.Options{Accounts: []mockserver.Account{
		{Handle: "bot.test", Email: "bot@example.com", Password: "correct horse"},
	}})
	if err := greet(mock.URL, "bot.test", "correct horse"); err != nil {
		t.Fatal(err)
	}
	posts := mock.MustRecords("bot.test", "app.bsky.feed.post")
	if len(posts) != 1 || posts[0].Value["text"] != "Hello" {
		t.Errorf("the bot posted %v", posts)
	}
}

// greet stands for the bot to test: it logs in and posts.
func greet(url, handle, password string) error {
	var session struct{ AccessJwt, DID string }
	if err := procedure(url+"/xrpc/com.atproto.server.createSession", "", map[string]any{"identifier": handle, "password": password}, &session); err != nil {
		return err
	}
	post := map[string]any{"text": "Hello", "createdAt": "2026-01-01T00:00:00.000Z"}
	input := map[string]any{"repo": session.DID, "collection": "app.bsky.feed.post", "record": post}
	return procedure(url+"/xrpc/com.atproto.repo.createRecord", session.AccessJwt, input, nil)
}

// procedure calls a method and decodes its output, unless that is nil.
func procedure(url, token string, input, output any) error {
	text, err := json.Marshal(input)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(context.Background(), http.MethodPost, url, strings.NewReader(string(text)))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", url, response.Status)
	}
	if output == nil {
		return nil
	}
	return json.NewDecoder(response.Body).Decode(output)
}
