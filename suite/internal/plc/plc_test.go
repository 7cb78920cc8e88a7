package plc

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	for raw, why := range map[string]string{
		"http://127.0.0.1:2582": "", "https://plc.example.com/": "", "https://notplc.directory": "",
		"https://plc.directory": "public", "https://PLC.directory:443/x": "public", "http://plc.directory.": "public",
		"https://www.plc.directory": "public", "plc.directory": "begin with", "ftp://a.test": "begin with", "http://": "begin with", "%": "begin with",
	} {
		if err := Check(raw); (err == nil) != (why == "") || err != nil && !strings.Contains(err.Error(), why) {
			t.Errorf("%s: %v", raw, err)
		}
	}
}

// TestIdentity makes one and changes it. That the form is right, a directory
// that somebody else wrote shows in the suite's own tests.
func TestIdentity(t *testing.T) {
	t.Parallel()
	var said []Operation
	status := http.StatusOK
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var operation Operation
		if err := json.NewDecoder(r.Body).Decode(&operation); err != nil {
			t.Error(err)
		}
		said = append(said, operation)
		w.WriteHeader(status)
	}))
	t.Cleanup(server.Close)
	identity, err := Create(t.Context(), server.URL, "mover.test")
	if err != nil {
		t.Fatal(err)
	}
	if err := identity.Update(t.Context(), server.URL, said[0]); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(identity.DID, "did:plc:") || len(identity.DID) != 32 || said[0].Prev != nil || said[0].Sig == "" ||
		said[1].Prev == nil || !strings.HasPrefix(*said[1].Prev, "bafyrei") || said[1].Sig == said[0].Sig {
		t.Errorf("%s said %+v", identity.DID, said)
	}
	if token, err := identity.Token("did:web:a.test", "com.example.get", time.Unix(1, 0)); err != nil || strings.Count(token, ".") != 2 {
		t.Errorf("token %q, %v", token, err)
	}
	status = http.StatusBadRequest
	if _, err := Create(t.Context(), server.URL, "mover.test"); err == nil || !strings.Contains(err.Error(), "400") {
		t.Errorf("a refusal is %v", err)
	}
}
