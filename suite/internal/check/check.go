// Package check holds what can be said of one exchange: pure functions that
// know no test, no target and no method by name.
package check

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// Check says whether an exchange is as it ought to be. The error is nil or a
// *Mismatch.
type Check func(xrpc.Exchange) error

// Mismatch is what was expected and what came.
type Mismatch struct {
	Expected, Actual string
	Lacks            string // the member that the answer has not, where that is all
}

// Error puts both into one line.
func (m *Mismatch) Error() string { return "expected " + m.Expected + ", got " + m.Actual }

// Answer words what came back: status, error name and message.
func Answer(exchange xrpc.Exchange) string {
	if exchange.Err != nil {
		return "no answer: " + exchange.Err.Error()
	}
	words := []string{fmt.Sprint(exchange.Status)}
	object := exchange.Object()
	if name, ok := object["error"].(string); ok {
		words = append(words, name)
		if message, ok := object["message"].(string); ok && message != "" {
			words = append(words, fmt.Sprintf("%q", shorten(message)))
		}
	} else if !exchange.Succeeded() {
		words = append(words, "without an error name")
	}
	return strings.Join(words, " ")
}

func shorten(text string) string {
	const most = 200
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}

// Alike reports whether two refusals can't be told apart by status and name.
func Alike(a, b xrpc.Exchange) bool {
	return a.Answered() == b.Answered() && a.Status == b.Status && a.ErrorName() == b.ErrorName()
}

// that makes a check of a condition.
func that(expected string, holds func(xrpc.Exchange) bool) Check {
	return func(exchange xrpc.Exchange) error {
		if holds(exchange) {
			return nil
		}
		return &Mismatch{Expected: expected, Actual: Answer(exchange)}
	}
}

// Succeeds asks for a status of the 2xx class.
func Succeeds() Check { return that("success (2xx)", xrpc.Exchange.Succeeded) }

// Refused asks for a status of the 4xx class.
func Refused() Check { return that("a refusal (4xx)", xrpc.Exchange.Refused) }

// NoFault asks that the status is not one by which a server takes the blame. That
// it doesn't serve something (501) it may say.
func NoFault() Check {
	return that("a status below 500, or 501", func(exchange xrpc.Exchange) bool {
		return exchange.Answered() && (exchange.Status < http.StatusInternalServerError || exchange.Status == http.StatusNotImplemented)
	})
}

// AllowsOrigin asks that a page of an origin may read the answer.
// Source: https://fetch.spec.whatwg.org/#cors-check
func AllowsOrigin(origin string) Check {
	const header = "Access-Control-Allow-Origin"
	return withHeader(header, "one "+header+", that is * or "+origin, func(allowed []string) bool {
		return len(allowed) == 1 && (allowed[0] == "*" || allowed[0] == origin)
	})
}

// withHeader makes a check of the values of a header, which the mismatch tells.
func withHeader(header, expected string, holds func(values []string) bool) Check {
	return func(exchange xrpc.Exchange) error {
		values := exchange.Header.Values(header)
		switch {
		case exchange.Answered() && holds(values):
			return nil
		case !exchange.Answered():
			return &Mismatch{Expected: expected, Actual: Answer(exchange)}
		case len(values) == 0:
			return &Mismatch{Expected: expected, Actual: Answer(exchange) + ", " + header + " absent"}
		}
		return &Mismatch{Expected: expected, Actual: fmt.Sprintf("%s, %s: %s", Answer(exchange), header, shorten(strings.Join(values, " | ")))}
	}
}

// AllowsHeader asks that the answer to a preflight allows a header. An asterisk
// stands for all of them but Authorization.
// Source: https://fetch.spec.whatwg.org/#cors-preflight-fetch
func AllowsHeader(name string) Check {
	const header = "Access-Control-Allow-Headers"
	return withHeader(header, header+" to allow "+name, func(lines []string) bool {
		for _, line := range lines {
			for allowed := range strings.SplitSeq(line, ",") {
				allowed = strings.TrimSpace(allowed)
				if strings.EqualFold(allowed, name) || allowed == "*" && !strings.EqualFold(name, "Authorization") {
					return true
				}
			}
		}
		return false
	})
}

// NotServed asks for anything but success: 4xx or 5xx.
func NotServed() Check {
	return that("an error, not success", func(e xrpc.Exchange) bool { return e.Answered() && e.Status >= 400 })
}

// StatusIs asks for one of the given statuses.
func StatusIs(statuses ...int) Check {
	words := make([]string, len(statuses))
	for i, status := range statuses {
		words[i] = fmt.Sprint(status)
	}
	return that("status "+strings.Join(words, " or "), func(e xrpc.Exchange) bool {
		return e.Answered() && slices.Contains(statuses, e.Status)
	})
}

// ErrorNamed asks for a refusal under one of the given names.
func ErrorNamed(names ...string) Check {
	return that("a refusal (4xx) named "+strings.Join(names, " or "), func(e xrpc.Exchange) bool {
		return e.Refused() && slices.Contains(names, e.ErrorName())
	})
}

// RefusedWith asks for a status and one of the given names.
func RefusedWith(status int, names ...string) Check {
	return that(fmt.Sprintf("%d %s", status, strings.Join(names, " or ")), func(e xrpc.Exchange) bool {
		return e.Answered() && e.Status == status && slices.Contains(names, e.ErrorName())
	})
}

// AnsweredAs asks for the status and error name of another exchange.
func AnsweredAs(other xrpc.Exchange) Check {
	return that("the same answer as before: "+Answer(other), func(e xrpc.Exchange) bool {
		return e.Answered() && e.Status == other.Status && e.ErrorName() == other.ErrorName()
	})
}

// Member asks for success and a string member of that value.
func Member(name, value string) Check {
	return func(exchange xrpc.Exchange) error {
		if !exchange.Succeeded() {
			return Succeeds()(exchange)
		}
		if got := exchange.Object()[name]; got != any(value) {
			mismatch := &Mismatch{
				Expected: fmt.Sprintf("%s to be %q", name, value),
				Actual:   fmt.Sprintf("%s is %s", name, ValueOf(exchange.Object(), name)),
			}
			if got == nil {
				mismatch.Lacks = name
			}
			return mismatch
		}
		return nil
	}
}

// ValueOf words a member of an object, which may be absent.
func ValueOf(object map[string]any, name string) string {
	value, there := object[name]
	if !there {
		return "absent"
	}
	return Value(value)
}

// Value words a JSON value.
func Value(value any) string {
	switch v := value.(type) {
	case string:
		return fmt.Sprintf("%q", shorten(v))
	default:
		return shorten(inJSON(v))
	}
}

// inJSON is a value as an answer would have it, which Go's own form is not.
func inJSON(value any) string {
	var encoded strings.Builder
	encoder := json.NewEncoder(&encoded)
	encoder.SetEscapeHTML(false)
	if encoder.Encode(value) != nil {
		return fmt.Sprint(value)
	}
	return strings.TrimSpace(encoded.String())
}
