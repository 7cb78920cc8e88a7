package suite

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/mockserver"
	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// wiretap collects every secret that passes between suite and target.
type wiretap struct {
	mutex   sync.Mutex
	secrets map[string]bool
}

func (w *wiretap) hear(value any) {
	switch v := value.(type) {
	case map[string]any:
		for name, member := range v {
			text, ok := member.(string)
			switch name {
			case "password", "token", "accessJwt", "refreshJwt":
				if ok && len(text) >= 8 {
					w.secrets[text] = true
				}
			default:
				w.hear(member)
			}
		}
	case []any:
		for _, element := range v {
			w.hear(element)
		}
	}
}

func (w *wiretap) listen(body []byte, header http.Header) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	var decoded any
	if json.Unmarshal(body, &decoded) == nil {
		w.hear(decoded)
	}
	if _, credential, ok := strings.Cut(header.Get("Authorization"), " "); ok && len(credential) > 8 {
		w.secrets[credential] = true
	}
}

// tapped is a proxy that listens, and that repeats what it was sent in its
// errors, so that there are failures with secrets all over them.
func tapped(t *testing.T, base string, tap *wiretap) string {
	t.Helper()
	target, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.ModifyResponse = func(response *http.Response) error {
		body, err := io.ReadAll(response.Body)
		if err != nil {
			return err
		}
		tap.listen(body, nil)
		if response.StatusCode >= http.StatusBadRequest {
			sent, _ := response.Request.Context().Value(bodyKey{}).([]byte)
			body, err = json.Marshal(map[string]string{"error": "Echo", "message": string(sent) + response.Request.Header.Get("Authorization")})
		}
		response.Body = io.NopCloser(bytes.NewReader(body))
		response.ContentLength = int64(len(body))
		response.Header.Del("Content-Length")
		return err
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		tap.listen(body, r.Header)
		r.Body = io.NopCloser(bytes.NewReader(body))
		proxy.ServeHTTP(w, r.WithContext(contextWith(r, body)))
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// bodyKey is under what a request's context carries the body that came with it.
type bodyKey struct{}

func contextWith(r *http.Request, body []byte) context.Context {
	return context.WithValue(r.Context(), bodyKey{}, body)
}

func TestNoSecretInReportsAndEvents(t *testing.T) {
	t.Parallel()
	const admin = "admin-credential-of-this-test"
	mock := mockserver.RunT(t, mockserver.Options{InviteRequired: true, InviteInterval: 24 * time.Hour, AdminPassword: admin})
	tap := &wiretap{secrets: map[string]bool{admin: true}}
	config := Config{Catalog: everyRevision(t)[lexicons.DefaultRevision], Target: tapped(t, mock.URL, tap), Control: mock.ControlURL, AdminPassword: admin, Seed: 3}
	var written bytes.Buffer // what is told as well as what is reported
	config.OnEvent = func(event Event) {
		told, err := json.Marshal(event)
		if err != nil {
			t.Error(err)
		}
		written.Write(told)
	}
	report := runSuite(t, config)
	if report.Summary.Failed < 50 {
		t.Fatalf("only %d failures: the test shows nothing", report.Summary.Failed)
	}
	for _, format := range reports.Formats() {
		if err := format.Encode(&written, report); err != nil {
			t.Fatal(err)
		}
	}
	sought := map[string]string{} // the secret of each form
	for secret := range tap.secrets {
		if strings.HasPrefix(secret, xrpc.AnyText) {
			continue
		}
		for _, form := range forms(secret) {
			if form == "" {
				continue
			}
			sought[form] = secret
		}
	}
	for _, form := range contained(written.String(), sought) {
		t.Errorf("a secret stands in a report or an event: %.12q… of %.12q…", form, sought[form])
	}
	if len(sought) < 500 {
		t.Errorf("only %d forms of secrets were searched for", len(sought))
	}
}

// contained lists which of the keys a text holds. It goes over the text once for
// the many that are long, since there are thousands and the text has megabytes.
func contained(text string, keys map[string]string) (found []string) {
	const start = 8 // bytes by which keys are looked up
	byStart := map[string][]string{}
	for key := range keys {
		if len(key) >= start {
			byStart[key[:start]] = append(byStart[key[:start]], key)
		} else if strings.Contains(text, key) {
			found = append(found, key)
		}
	}
	for i := 0; i+start <= len(text); i++ {
		for _, key := range byStart[text[i:i+start]] {
			if strings.HasPrefix(text[i:], key) && !slices.Contains(found, key) {
				found = append(found, key)
			}
		}
	}
	return found
}

// What the search for secrets relies on.
func TestContained(t *testing.T) {
	t.Parallel()
	keys := map[string]string{"short": "", "a longer one": "", "a longer two": "", "at the very end": "", "is not there": ""}
	got := contained("short, a longer one, a longer on, a longer two, at the very end", keys)
	slices.Sort(got)
	if want := []string{"a longer one", "a longer two", "at the very end", "short"}; !slices.Equal(got, want) {
		t.Errorf("found %q, want %q", got, want)
	}
}

// forms are the ways in which a secret may turn up.
func forms(secret string) []string {
	found := []string{secret, url.QueryEscape(secret), base64.StdEncoding.EncodeToString([]byte(secret)),
		base64.RawURLEncoding.EncodeToString([]byte(secret))}
	if parts := strings.Split(secret, "."); len(parts) == 3 && len(parts[1]) > 20 {
		found = append(found, parts[1], parts[2])
	}
	if plain, err := base64.StdEncoding.DecodeString(secret); err == nil && strings.HasPrefix(string(plain), "admin:") {
		found = append(found, string(plain))
	}
	return found
}
