package xrpc

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// TestEveryForm hides a secret in each form in which it may turn up.
func TestEveryForm(t *testing.T) {
	t.Parallel()
	const secret = `Pä ss/W+rd&"<q>\`
	secrets := NewSecrets()
	secrets.Add(secret, "password")
	for name, form := range map[string]string{
		"plain":                     secret,
		"lower case":                strings.ToLower(secret),
		"base64":                    base64.StdEncoding.EncodeToString([]byte(secret)),
		"base64 without padding":    base64.RawStdEncoding.EncodeToString([]byte(secret)),
		"base64 of URLs":            base64.URLEncoding.EncodeToString([]byte(secret)),
		"base64 of URLs, no pads":   base64.RawURLEncoding.EncodeToString([]byte(secret)),
		"in a query":                url.QueryEscape(secret),
		"in a path":                 url.PathEscape(secret),
		"in JSON":                   `Pä ss/W+rd&\"<q>\\`,
		"in JSON, escaped for HTML": `Pä ss/W+rd\u0026\"\u003cq\u003e\\`,
	} {
		if got := strings.ReplaceAll(secrets.Replace("before "+form+" after"), "=", ""); got != "before [password] after" {
			t.Errorf("%s: %s leaves %s", name, form, got)
		}
	}
}

func TestPartsOfTokens(t *testing.T) {
	t.Parallel()
	const token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJkaWQ6cGxjOngifQ.c2lnbmF0dXJlLW9mLWl0"
	secrets := NewSecrets()
	secrets.Add(token, "access token")
	parts := strings.Split(token, ".")
	for text, want := range map[string]string{
		token:                      "[access token]",
		"x" + token + "x":          "x[access token]x",
		parts[1]:                   "[access token]",
		parts[2]:                   "[access token]",
		parts[0]:                   parts[0], // the same in every token
		parts[0] + "." + parts[1]:  parts[0] + ".[access token]",
		parts[1] + ".forged":       "[access token].forged",
		strings.ToLower(token):     "[access token]",
		"unrelated.words.in three": "unrelated.words.in three",
		"":                         "",
	} {
		if got := secrets.Replace(text); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

func TestSecretsThatOverlap(t *testing.T) {
	t.Parallel()
	secrets := NewSecrets()
	secrets.Add("secret-word", "password")
	if got := secrets.Replace("secret-word-longer"); got != "[password]-longer" {
		t.Errorf("got %s", got)
	}
	secrets.Add("secret-word-longer", "token")
	if got := secrets.Replace("secret-word-longer secret-word"); got != "[token] [password]" {
		t.Errorf("got %s", got)
	}
	secrets.Add("secret-word", "another name")
	if got := secrets.Replace("secret-word"); got != "[password]" {
		t.Errorf("a secret got another name: %s", got)
	}
}

// Words that are too short to be looked for stand everywhere.
func TestShortSecrets(t *testing.T) {
	t.Parallel()
	secrets := NewSecrets()
	for _, secret := range []string{"", "x", "12345", "a.b.c"} {
		secrets.Add(secret, "password")
	}
	secrets.Add("abcdefgh.x.12345", "token")
	const text = "x 12345 a.b.c abcdefgh"
	if got := secrets.Replace(text); got != text {
		t.Errorf("got %s", got)
	}
}

// TestLearning shows of which parts of an exchange the secrets become known.
func TestLearning(t *testing.T) {
	t.Parallel()
	answer := `{"accessJwt":"access-token-text","refreshJwt":"refresh-token-text","password":"app-password-text","did":"did:plc:visible","handle":5}`
	for name, test := range map[string]struct {
		request Request
		status  int
		hidden  map[string]string
		shown   []string
	}{
		"success": {Procedure("com.example.do", map[string]any{"password": "typed-password", "token": "mailed-code", "email": "visible@example.com", "identifier": 7}), 200,
			map[string]string{"typed-password": "password", "mailed-code": "mailed code", "access-token-text": "access token",
				"refresh-token-text": "refresh token", "app-password-text": "password"},
			[]string{"visible@example.com", "did:plc:visible"}},
		"refusal": {ProcedureWithoutInput("com.example.do").WithBearer("some-bearer-token"), 400,
			map[string]string{"some-bearer-token": "token"}, []string{"access-token-text"}},
		"basic": {ProcedureWithoutInput("com.example.do").WithBasic("admin", "admin-password"), 400,
			map[string]string{"YWRtaW46YWRtaW4tcGFzc3dvcmQ=": "credential"}, []string{"Basic"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := clientOf(t, ample, func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(test.status)
				fmt.Fprint(w, answer)
			})
			client.Do(t.Context(), test.request)
			for secret, what := range test.hidden {
				if got := client.Secrets().Replace(secret); got != "["+what+"]" {
					t.Errorf("%s is shown as %s, want [%s]", secret, got, what)
				}
			}
			for _, text := range test.shown {
				if got := client.Secrets().Replace(text); got != text {
					t.Errorf("%s is shown as %s", text, got)
				}
			}
		})
	}
}

// A secret is known before anything can come back that repeats it.
func TestLearningFromWhatFailed(t *testing.T) {
	t.Parallel()
	client := clientOfText(t, "HTTP/1.1 typed-password\r\n\r\n")
	exchange := client.Do(t.Context(), Procedure("com.example.do", map[string]any{"password": "typed-password"}))
	recorded := client.Secrets().Record(client.Base(), exchange)
	if exchange.Answered() || strings.Contains(recorded.Response.Error, "typed-password") || !strings.Contains(recorded.Response.Error, "[password]") {
		t.Errorf("got %s", recorded.Response.Error)
	}
}

func TestSecretsServeGoroutines(t *testing.T) {
	t.Parallel()
	secrets := NewSecrets()
	var group sync.WaitGroup
	for i := range 16 {
		group.Go(func() {
			secret := fmt.Sprintf("secret-%02d-text", i)
			secrets.Add(secret, "password")
			if got := secrets.Replace(secret); got != "[password]" {
				t.Errorf("got %s", got)
			}
		})
	}
	group.Wait()
}
