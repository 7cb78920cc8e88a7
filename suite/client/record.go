package client

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"time"
)

// record is all that was seen of a client in one scenario.
type record struct {
	scenario  string
	base      string // URL of the server
	did       string // of the account that the scenario is about
	calls     []callRecord
	requests  []request // in the order of their arrival
	elsewhere []request // what came to a second server
	stderr    string
	secrets   []string // that the client got to know and may not print

	// stopped says why the scenario was not carried out to its end, "" where it was.
	stopped string
	// impossible says what the server lacks for it, "" where it has all.
	impossible string

	kinds map[string]tokenInfo // by mark
}

// callRecord is a call with its outcome and what the server saw meanwhile.
type callRecord struct {
	label string // what the call is there for, unique in the scenario
	name  string
	with  string // the argument that it is about, where not every client has a place for it
	outcome
	took     time.Duration
	from, to int // the log's IDs after from, up to to
	inner    []outcome
}

type tokenKind int

const (
	unknownToken tokenKind = iota
	accessToken
	refreshToken
)

// tokenInfo is what the log tells of a token.
type tokenInfo struct {
	kind   tokenKind
	issued time.Time // when the answer was ready that had it
	by     int       // the index of the request that it came by
	family string    // the request that opened the session, by mark of its refresh token
}

// failed reports whether a call did not come to a value.
func (o outcome) failed() bool {
	return o.Value == nil && !o.NotOffered
}

// told words what the driver answered.
func (o outcome) told() string {
	switch {
	case o.hung:
		return "no outcome within the time limit"
	case o.crashed != "":
		return o.crashed
	case o.misuse != "":
		return "against the protocol: " + o.misuse
	case o.unfit != "":
		return o.unfit
	case o.NotOffered:
		return "not offered"
	case o.Error != nil:
		text := "an error"
		if o.Error.Name != "" {
			text += " " + shorten(scrub(o.Error.Name), 60)
		}
		if o.Error.Status != 0 {
			text += " (status " + itoa(o.Error.Status) + ")"
		}
		return text + ": " + shorten(scrub(o.Error.Message), 160)
	}
	return "a value"
}

// text is a member of the value, where that is a string.
func (o outcome) text(member string) string {
	text, _ := o.member(member).(string)
	return text
}

func (o outcome) member(member string) any {
	var object map[string]any
	if json.Unmarshal(o.Value, &object) != nil {
		return nil
	}
	return object[member]
}

// what names a call, with the argument that it is about.
func (c callRecord) what() string {
	if c.with == "" {
		return c.name
	}
	return c.name + " with " + c.with
}

// call finds a call by its label.
func (r *record) call(label string) (callRecord, bool) {
	i := slices.IndexFunc(r.calls, func(c callRecord) bool { return c.label == label })
	if i < 0 {
		return callRecord{}, false
	}
	return r.calls[i], true
}

// during are the requests of one call.
func (r *record) during(c callRecord) []request {
	var found []request
	for _, one := range r.requests {
		if one.ID > c.from && one.ID <= c.to {
			found = append(found, one)
		}
	}
	return found
}

// of are the requests that call one method, by the last part of its name.
func of(requests []request, method string) []request {
	var found []request
	for _, one := range requests {
		if short(one.NSID) == method {
			found = append(found, one)
		}
	}
	return found
}

// prefix is what the methods of account servers have in common.
const prefix = "com.atproto.server."

// short is the last part of a method of the family, "" for any other.
func short(nsid string) string {
	name, found := strings.CutPrefix(nsid, prefix)
	if !found {
		return ""
	}
	return name
}

// sortOut puts the requests in the order of their arrival, and notes which
// tokens the server gave out.
func (r *record) sortOut() {
	slices.SortStableFunc(r.requests, func(a, b request) int { return a.At.Compare(b.At) })
	r.kinds = map[string]tokenInfo{}
	byID := slices.Clone(r.requests)
	slices.SortFunc(byID, func(a, b request) int { return a.ID - b.ID })
	for _, one := range byID {
		family := one.Issued["refreshJwt"]
		if known := r.kinds[one.Credential]; known.kind == refreshToken && short(one.NSID) == "refreshSession" {
			family = known.family
		}
		for member, kind := range map[string]tokenKind{"accessJwt": accessToken, "refreshJwt": refreshToken} {
			if mark := one.Issued[member]; mark != "" {
				if _, known := r.kinds[mark]; !known {
					r.kinds[mark] = tokenInfo{kind: kind, issued: one.end(), by: one.ID, family: family}
				}
			}
		}
	}
}

// end is when the answer was ready.
func (q request) end() time.Time {
	return q.At.Add(time.Duration(q.DurationMs * float64(time.Millisecond)))
}

// kind is what the log tells of the token that a request bears.
func (r *record) kind(q request) tokenKind { return r.kinds[q.Credential].kind }

// tokenLike finds signed tokens wherever they stand.
var tokenLike = regexp.MustCompile(`eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]*)?`)

const masked = "[redacted]"

// scrub hides tokens in what a client says.
func scrub(text string) string { return tokenLike.ReplaceAllString(text, masked) }
