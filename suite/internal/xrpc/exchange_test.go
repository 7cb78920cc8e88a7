package xrpc

import (
	"encoding/json"
	"errors"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestStatusClasses(t *testing.T) {
	t.Parallel()
	type facts struct{ Answered, Succeeded, Refused, RateLimited bool }
	for status, want := range map[int]facts{
		200: {Answered: true, Succeeded: true}, 204: {Answered: true, Succeeded: true}, 302: {Answered: true},
		400: {Answered: true, Refused: true}, 429: {Answered: true, Refused: true, RateLimited: true}, 500: {Answered: true},
	} {
		exchange := Exchange{Status: status}
		got := facts{exchange.Answered(), exchange.Succeeded(), exchange.Refused(), exchange.RateLimited()}
		if got != want {
			t.Errorf("%d: %+v, want %+v", status, got, want)
		}
		exchange.Err = errors.New("the answer broke off")
		got = facts{exchange.Answered(), exchange.Succeeded(), exchange.Refused(), exchange.RateLimited()}
		if got != (facts{}) {
			t.Errorf("%d that broke off: %+v", status, got)
		}
	}
}

func TestMediaType(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]string{
		"":                                "",
		"application/json":                "application/json",
		"Application/JSON; charset=utf-8": "application/json",
		"text/html;charset=\"utf-8\"":     "text/html",
		"application/json; charset":       "",
		"/":                               "",
	} {
		exchange := Exchange{Header: http.Header{"Content-Type": {header}}}
		if got := exchange.MediaType(); got != want {
			t.Errorf("%q: %q, want %q", header, got, want)
		}
	}
	if got := (Exchange{}).MediaType(); got != "" {
		t.Errorf("no header: %q", got)
	}
}

func TestJSON(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]any{
		`{"n":9007199254740993}`: map[string]any{"n": json.Number("9007199254740993")},
		" [1.0] \n":              []any{json.Number("1.0")},
		`null`:                   nil,
		`"x"`:                    "x",
	} {
		got, err := Exchange{Body: []byte(body)}.JSON()
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%q: %v\n%s", body, err, diff)
		}
	}
	for _, body := range []string{``, ` `, `{`, `{} x`, `{}{}`, `{"a":1,}`, `nul`, "{}\x00", `<html>`, `{} ]`} {
		if got, err := (Exchange{Body: []byte(body)}).JSON(); err == nil {
			t.Errorf("%q was decoded: %v", body, got)
		}
	}
}

func TestMembers(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"error":"InvalidToken"}`:   "InvalidToken",
		`{"error":5}`:                "",
		`{"error":null}`:             "",
		`{"Error":"InvalidToken"}`:   "",
		`{"message":"x"}`:            "",
		`["error"]`:                  "",
		`"error"`:                    "",
		``:                           "",
		`{"error":"InvalidToken"} x`: "",
	} {
		exchange := Exchange{Body: []byte(body)}
		if got := exchange.ErrorName(); got != want {
			t.Errorf("%s: error %q, want %q", body, got, want)
		}
		if exchange.Object()["error"] == nil && exchange.String("error") != "" {
			t.Errorf("%s: a string without a member", body)
		}
	}
}
