package mockserver

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/pdsconform/pdsconform/mockserver/internal/nearest"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// Freedom is something that the documents leave open. Options.Odd makes a
// server take it: what it does then is right, and nobody expects it.
type Freedom struct {
	Name        string `json:"name"`
	Description string `json:"description"`
}

// The freedoms that are asked for by name.
const (
	oddExtraFields  = "extra-fields"
	oddKeyOrder     = "key-order"
	oddWhiteSpace   = "white-space"
	oddEscapes      = "escapes"
	oddMediaType    = "media-type"
	oddMessages     = "messages"
	oddTokens       = "tokens"
	oddCodes        = "codes"
	oddStatuses     = "statuses"
	oddHeaders      = "headers"
	oddChunked      = "chunked"
	oddHTTP2        = "http2"
	oddInvites      = "invites-required"
	oddNoInvites    = "invites-open"
	oddNoLinks      = "no-links"
	oddDomains      = "domains"
	oddNoGrace      = "no-grace"
	oddSlowDeletion = "slow-deletion"
	oddOldTokens    = "old-tokens"
	oddPasswords    = "no-password-policy"
	oddLimits       = "rate-limits"
	oddAll          = "all"
)

// Freedoms lists what Options.Odd can name. Of two that exclude each other the
// earlier one is taken. "all", which stands for every one of them, is not
// listed.
func Freedoms() []Freedom {
	return []Freedom{
		{oddExtraFields, "every object of an answer has members that no document lists, of odd types"},
		{oddKeyOrder, "the members of objects come in reversed order"},
		{oddWhiteSpace, "there is white space wherever JSON allows it"},
		{oddEscapes, "every character of a JSON string is escaped"},
		{oddMediaType, "the media type has parameters"},
		{oddMessages, "errors have other, longer messages"},
		{oddTokens, "tokens are long and opaque"},
		{oddCodes, "invite codes, mail codes and app passwords have another form"},
		{oddStatuses, "errors have other statuses where the texts leave them open"},
		{oddHeaders, "answers have more headers"},
		{oddChunked, "bodies come in chunks, without a length"},
		{oddHTTP2, "HTTP/2 is offered without TLS, besides HTTP/1.1"},
		{oddInvites, "an invite code is required"},
		{oddNoInvites, "no invite code is required"},
		{oddNoLinks, "describeServer leaves the links out"},
		{oddDomains, "handles can be had in several domains"},
		{oddNoGrace, "a refresh token is good for once"},
		{oddSlowDeletion, "a deletion takes a second to show"},
		{oddOldTokens, "a refresh token that has expired still ends its session"},
		{oddPasswords, "every password will do"},
		{oddLimits, "a few requests are refused with status 429 and Retry-After: 1"},
	}
}

// oddities are the freedoms that a server takes; nil are none.
type oddities map[string]bool

// completeOdd makes the other options fit the freedoms.
func (o *Options) completeOdd() error {
	var names []string
	for _, freedom := range Freedoms() {
		names = append(names, freedom.Name)
	}
	chosen := oddities{}
	for _, name := range o.Odd {
		switch {
		case name == oddAll:
			for _, each := range names {
				chosen[each] = true
			}
		case slices.Contains(names, name):
			chosen[name] = true
		default:
			return fmt.Errorf("odd: there is no variant %q%s", name, nearest.Hint(name, append(names, oddAll)))
		}
	}
	if len(chosen) == 0 {
		return nil
	}
	if o.odd = chosen; chosen[oddInvites] {
		delete(chosen, oddNoInvites)
	}
	o.InviteRequired = o.InviteRequired && !chosen[oddNoInvites] || chosen[oddInvites]
	if chosen[oddPasswords] {
		o.MinPasswordLength, o.MaxPasswordLength = -1, -1
	}
	if chosen[oddDomains] {
		others := []string{".test", ".odd.example.org"}
		for _, given := range o.UserDomains {
			others = slices.DeleteFunc(others, func(other string) bool { return strings.TrimPrefix(other, ".") == strings.TrimPrefix(given, ".") })
		}
		o.UserDomains = slices.Concat([]string{".odd.test"}, o.UserDomains, others)
	}
	return nil
}

// Everything below costs nothing on a server that takes no freedoms.

// limitEvery and limitTimes say how often a request is refused for being one
// too many: seldom, and not for ever.
const (
	limitEvery = 12
	limitTimes = 5
)

// limiter counts calls.
type limiter struct{ calls atomic.Int64 }

func (l *limiter) admit() error {
	calls := l.calls.Add(1)
	if calls%limitEvery != 0 || calls > limitEvery*limitTimes {
		return nil
	}
	return &xrpc.Error{Status: http.StatusTooManyRequests, Name: "RateLimitExceeded", Message: "Rate Limit Exceeded"}
}

// style is how the router answers where it is free to; nil is the plain way.
func (s *Server) style() *xrpc.Style {
	odd := s.options.odd
	if len(odd) == 0 {
		return nil
	}
	style := &xrpc.Style{
		ExtraFields: odd[oddExtraFields], Reversed: odd[oddKeyOrder], Spaced: odd[oddWhiteSpace], Escaped: odd[oddEscapes],
		Chunked: odd[oddChunked], Refuse: odd.refusal,
	}
	if odd[oddMediaType] {
		style.MediaType = `application/json;charset="utf-8"; profile="https://odd.example.org/profile"`
	}
	if odd[oddHeaders] {
		style.Headers = oddHeadersOf
	}
	if odd[oddLimits] {
		style.Admit = s.limiter.admit
	}
	return style
}

func oddHeadersOf(header http.Header) {
	for name, value := range map[string]string{
		"RateLimit-Limit": "3000", "RateLimit-Remaining": "2999", "RateLimit-Policy": "3000;w=300",
		"Cache-Control": "no-store, private", "ETag": `W/"odd"`, "Server": "odd/1.0 (mock)", "X-Powered-By": "Curiosity",
		"X-Request-Id": "7f1e2d3c", "Set-Cookie": "odd=1; HttpOnly", "Strict-Transport-Security": "max-age=0",
	} {
		header.Set(name, value)
	}
	header.Add("Vary", "Accept-Encoding")
}

// refusal is an error in other words, or with another status.
func (odd oddities) refusal(err *xrpc.Error) *xrpc.Error {
	other := *err
	if odd[oddMessages] && err.Status < http.StatusInternalServerError {
		other.Message = "🙅 \"Nein\" \\ no:\n\tthat can't be done.\u2028" + strings.Repeat(" Так нельзя.", 20)
	}
	if status, open := oddStatusOf(err); open && odd[oddStatuses] {
		other.Status = status
	}
	return &other
}

// oddStatusOf is another status of the same class that says the same; of one
// that no text leaves open there is none.
func oddStatusOf(err *xrpc.Error) (int, bool) {
	status, open := map[string]int{
		"InvalidToken": http.StatusUnauthorized, "ExpiredToken": http.StatusUnauthorized,
		"AccountTakedown": http.StatusForbidden, "InvalidInviteCode": http.StatusForbidden,
		"HandleNotAvailable": http.StatusConflict, "DuplicateCreate": http.StatusConflict,
		"InvalidHandle": http.StatusUnprocessableEntity, "UnsupportedDomain": http.StatusUnprocessableEntity,
		"InvalidPassword":      http.StatusUnprocessableEntity,
		"MethodNotImplemented": http.StatusNotFound,
	}[err.Name]
	return status, open
}
