package requests

import (
	"encoding/json"
	"net/url"
	"strings"

	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// leastSecret is how many bytes a secret must have to be looked for in other
// places: a shorter one is in too many words.
const leastSecret = 6

// replacer replaces every secret that is known by its value: those that stand in
// the log where a secret belongs, and those of Known. What a client sent by
// mistake as a handle or in a path is hidden as well.
func (l *Log) replacer() *strings.Replacer {
	seen, pairs := map[string]bool{}, []string{}
	add := func(secrets []string) {
		for _, secret := range secrets {
			if len(secret) >= leastSecret && !seen[secret] {
				seen[secret] = true
				pairs = append(pairs, secret, redacted)
			}
		}
	}
	if l.Known != nil {
		add(l.Known())
	}
	l.mutex.Lock()
	defer l.mutex.Unlock()
	for i, exchange := range l.ring {
		if l.secrets[i] == nil {
			l.secrets[i] = secretsOf(exchange)
		}
		add(l.secrets[i])
	}
	return strings.NewReplacer(pairs...)
}

// secretsOf returns the texts that stand in an exchange where a secret belongs,
// never nil. Signed tokens are known by their form.
func secretsOf(x *xrpc.Exchange) []string {
	found := []string{}
	add := func(text string) {
		if text != "" && redactText(text) == text {
			found = append(found, text)
		}
	}
	for _, body := range [][]byte{x.RequestBody, x.ResponseBody} {
		if value, err := lexval.Decode(body); err == nil {
			eachSecret(value, false, add)
		}
	}
	if parameters, err := url.ParseQuery(x.Query); err == nil {
		for name, values := range parameters {
			for _, value := range values {
				if isSecret(name) {
					add(value)
				}
			}
		}
	}
	if _, credential, ok := strings.Cut(x.Authorization, " "); ok {
		add(credential)
	}
	return found
}

// eachSecret passes on what redactor.value would replace for its member's name.
func eachSecret(value any, secret bool, add func(string)) {
	switch v := value.(type) {
	case map[string]any:
		for name, inner := range v {
			eachSecret(inner, isSecret(name), add)
		}
	case []any:
		for _, inner := range v {
			eachSecret(inner, secret, add)
		}
	case string:
		if secret {
			add(v)
		}
	case json.Number:
		if secret {
			add(v.String())
		}
	}
}
