package faults

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/mockserver/internal/nearest"
	"github.com/pdsconform/pdsconform/mockserver/internal/pds"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// Variant is a legal but unusual way of doing what the documents leave open:
// what a server does then is right, and hardly anyone expects it.
type Variant struct {
	Name        string `json:"name"`
	Description string `json:"description"`

	in string // a condition on the documents, see lexicons.Catalog.Holds
}

// The variants by name.
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
	oddUnsaid       = "invites-unsaid"
	oddSameSecond   = "same-second-tokens"
	oddAccessEnds   = "access-ends"
	oddLabels       = "short-labels"
	oddAddresses    = "strict-addresses"
	oddNoContent    = "no-content"
	oddClosing      = "closing"
	oddHTMLLimits   = "html-limits"
	oddRefusals     = "other-refusals"
	oddImports      = "imports-ignored"
	oddBoundTokens  = "bound-service-tokens"
	oddDIDDocs      = "did-docs"
	oddSignedLinks  = "signed-links"
	oddAll          = "all"
)

// Variants lists the variants that a server of these documents can use. Of two
// that exclude each other the earlier one is used. "all", which stands for every
// one of them, is not listed.
func Variants(catalog *lexicons.Catalog) []Variant {
	return slices.DeleteFunc(variants(), func(v Variant) bool { return !catalog.Holds("", v.in) })
}

func variants() []Variant {
	return []Variant{
		{oddExtraFields, "every object of an answer has members that no document lists, of odd types", ""},
		{oddKeyOrder, "the members of objects come in reversed order", ""},
		{oddWhiteSpace, "there is white space wherever JSON allows it", ""},
		{oddEscapes, "every character of a JSON string is escaped", ""},
		{oddMediaType, "the media type has parameters", ""},
		{oddMessages, "errors have other, longer messages", ""},
		{oddTokens, "tokens are long and opaque", ""},
		{oddCodes, "invite codes, mail codes and app passwords have another form", ""},
		{oddStatuses, "errors have other statuses where the texts leave them open", ""},
		{oddHeaders, "answers have more headers", ""},
		{oddChunked, "bodies come in chunks, without a length", ""},
		{oddHTTP2, "HTTP/2 is offered without TLS, besides HTTP/1.1", ""},
		{oddInvites, "an invite code is required", ""},
		{oddNoInvites, "no invite code is required", ""},
		{oddNoLinks, "describeServer leaves the links out", ""},
		{oddDomains, "handles can be had in several domains", ""},
		{oddNoGrace, "a refresh token is good for once", ""},
		{oddSlowDeletion, "a deletion takes a second to show", ""},
		{oddOldTokens, "a refresh token that has expired still ends its session", ""},
		{oddPasswords, "every password will do", ""},
		{oddLimits, "a few requests are refused with status 429 and Retry-After: 1", ""},
		{oddUnsaid, "an invite code is required, and describeServer doesn't say so", ""},
		{oddSameSecond, "sessions that one password opens in the same second have the same refresh token", ""},
		{oddAccessEnds, "an access token ends when its session is logged out", ""},
		{oddLabels, "the first label of a handle has at most 18 characters", ""},
		{oddAddresses, "addresses with a plus sign, or at domains that have no mail, are refused", ""},
		{oddNoContent, "success without a body has the status 204", ""},
		{oddClosing, "the connection is closed after each answer", ""},
		{oddHTMLLimits, "a few requests are refused with status 429, Retry-After: 1 and a page of HTML", ""},
		{oddRefusals, "an account that is brought along, or was deleted, is refused under another name", "createAccount#input.did"},
		{oddImports, "a sign-up takes no notice of plcOp, nor of a DID that comes without a token", "createAccount#input.did"},
		{oddBoundTokens, "a service token is made for one method only, which has to be named", "getServiceAuth#params.lxm"},
		{oddSignedLinks, "mails end in a link that is signed with 64 hexadecimal digits", ""},
		{oddDIDDocs, "answers about a session hold the DID document", "getSession#output.didDoc"},
	}
}

// Chosen are the variants that a server uses; nil are none. They win over the
// server's other options.
type Chosen map[string]bool

// Choose returns the variants of these names, for a server of these documents.
func Choose(catalog *lexicons.Catalog, names []string) (Chosen, error) {
	var known []string
	for _, variant := range Variants(catalog) {
		known = append(known, variant.Name)
	}
	chosen := Chosen{}
	for _, name := range names {
		switch {
		case name == oddAll:
			for _, each := range known {
				chosen[each] = true
			}
		case slices.Contains(known, name):
			chosen[name] = true
		default:
			return nil, fmt.Errorf("odd: there is no variant %q%s", name, nearest.Or(name, append(known, oddAll), ": pdsconform mock variants lists them"))
		}
	}
	if chosen[oddInvites] || chosen[oddUnsaid] {
		delete(chosen, oddNoInvites)
	}
	return chosen, nil
}

// InviteRequired is whether an invite code is required, where that was asked for
// or not.
func (c Chosen) InviteRequired(asked bool) bool {
	return asked && !c[oddNoInvites] || c[oddInvites] || c[oddUnsaid]
}

// AnyPassword reports whether passwords have no bounds.
func (c Chosen) AnyPassword() bool { return c[oddPasswords] }

// HTTP2 reports whether HTTP/2 is offered besides HTTP/1.1.
func (c Chosen) HTTP2() bool { return c[oddHTTP2] }

// UserDomains are the domains of handles, with those that were asked for.
func (c Chosen) UserDomains(asked []string) []string {
	if !c[oddDomains] {
		return asked
	}
	others := []string{".test", ".odd.example.org"}
	for _, given := range asked {
		others = slices.DeleteFunc(others, func(other string) bool { return strings.TrimPrefix(other, ".") == strings.TrimPrefix(given, ".") })
	}
	return slices.Concat([]string{".odd.test"}, asked, others)
}

// Handlers are the variants of handlers.
func (c Chosen) Handlers() pds.Variants {
	return pds.Variants{
		OtherCodes: c[oddCodes], OpaqueTokens: c[oddTokens], NoLinks: c[oddNoLinks],
		NoGrace: c[oddNoGrace], SlowDeletion: c[oddSlowDeletion], InvitesUnsaid: c[oddUnsaid],
		SameSecondTokens: c[oddSameSecond], AccessEnds: c[oddAccessEnds],
		ShortLabels: c[oddLabels], StrictAddresses: c[oddAddresses], OldTokens: c[oddOldTokens],
		ImportsIgnored: c[oddImports], BoundServiceTokens: c[oddBoundTokens], DIDDocuments: c[oddDIDDocs],
		SignedLinks: c[oddSignedLinks],
	}
}

// Everything below costs nothing on a server that uses no variants.

// limitEvery and limitTimes say how often a request is refused for being one
// too many: seldom, and not for ever.
const (
	limitEvery = 12
	limitTimes = 5
)

// Occasional refuses a few requests of a server for being one too many.
type Occasional struct{ calls atomic.Int64 }

// Reset begins to count again.
func (l *Occasional) Reset() { l.calls.Store(0) }

func (l *Occasional) admit() error {
	calls := l.calls.Add(1)
	if calls%limitEvery != 0 || calls > limitEvery*limitTimes {
		return nil
	}
	return &xrpc.Error{Status: http.StatusTooManyRequests, Name: "RateLimitExceeded", Message: "Rate Limit Exceeded"}
}

// Style is how the router answers where it is free to; nil is the plain way.
func (c Chosen) Style(limit *Occasional) *xrpc.Style {
	if len(c) == 0 {
		return nil
	}
	style := &xrpc.Style{
		ExtraFields: c[oddExtraFields], Reversed: c[oddKeyOrder], Spaced: c[oddWhiteSpace], Escaped: c[oddEscapes],
		Chunked: c[oddChunked], NoContent: c[oddNoContent], HTMLLimits: c[oddHTMLLimits], Closing: c[oddClosing],
		Refuse: c.refusal,
	}
	if c[oddMediaType] {
		style.MediaType = `application/json;charset="utf-8"; profile="https://odd.example.org/profile"`
	}
	if c[oddHeaders] {
		style.Headers = oddHeadersOf
	}
	if c[oddLimits] || c[oddHTMLLimits] {
		style.Admit = limit.admit
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
func (c Chosen) refusal(err *xrpc.Error) *xrpc.Error {
	other := *err
	if c[oddMessages] && err.Status < http.StatusInternalServerError {
		other.Message = "🙅 \"Nein\" \\ no:\n\tthat can't be done.\u2028" + strings.Repeat(" Так нельзя.", 20)
	}
	if status, open := oddStatusOf(err); open && c[oddStatuses] {
		other.Status = status
	}
	if c[oddRefusals] {
		other.Status, other.Name = underAnotherName(other)
	}
	return &other
}

// underAnotherName is what those say who look for the proof before the DID, take
// no operation along, and don't look for the account of a token that is void.
func underAnotherName(err xrpc.Error) (status int, name string) {
	switch err.Name {
	case "UnresolvableDid":
		return http.StatusUnauthorized, "AuthenticationRequired"
	case "IncompatibleDidDoc":
		return http.StatusBadRequest, "InvalidRequest"
	case "AccountNotFound":
		return http.StatusBadRequest, "InvalidToken"
	}
	return err.Status, err.Name
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
