package mockserver_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/pdsconform/pdsconform/mockserver"
)

func TestSmoke(t *testing.T) {
	server := mockserver.RunT(t)
	for _, c := range [][2]string{
		{"GET", "/xrpc/com.atproto.server.describeServer"},
		{"POST", "/xrpc/com.atproto.server.createAccount"},
	} {
		var body io.Reader
		if c[0] == "POST" {
			body = strings.NewReader(`{"handle":"Alice.test","email":"a@b.c","password":"password1"}`)
		}
		r, _ := http.NewRequest(c[0], server.URL+c[1], body)
		r.Header.Set("Content-Type", "application/json")
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		b, _ := io.ReadAll(answer.Body)
		t.Log(answer.Status, answer.Header, string(b))
	}
	b, _ := json.MarshalIndent(server.Requests(), "", " ")
	t.Log(string(b))
}
