package mockserver_test

import (
	"strings"
	"testing"
	"time"

	"github.com/coder/quartz"
	"github.com/google/go-cmp/cmp"

	"github.com/pdsconform/pdsconform/mockserver"
)

const day = 24 * time.Hour

// invitee is an account on a server with an interval of a day, whose clock
// stands still until it is moved.
type invitee struct {
	*client
	session
}

func newInvitee(t *testing.T) invitee {
	t.Helper()
	c := start(t, mockserver.Options{InviteRequired: true, InviteInterval: day, Clock: quartz.NewMock(t)})
	return invitee{c, c.signUpWith("alice", c.admin("createInviteCode", object{"useCount": 1}).text("code"))}
}

func (i invitee) gift(uses int) string {
	i.Helper()
	return i.admin("createInviteCode", object{"useCount": uses, "forAccount": i.did}).ok().text("code")
}

func (i invitee) use(code, name string) { i.Helper(); i.signUpWith(name, code) }

// codes lists what getAccountInviteCodes answers; the query may be empty.
func (i invitee) codes(query string) []object {
	i.Helper()
	access := i.logIn(i.handle, i.password).ok().text("accessJwt")
	var codes []object
	for _, item := range i.get("getAccountInviteCodes"+query, access).ok().list("codes") {
		codes = append(codes, item.(object))
	}
	return codes
}

func (i invitee) expect(query string, want int) []object {
	i.Helper()
	codes := i.codes(query)
	if len(codes) != want {
		i.Fatalf("%d codes listed with %q, want %d: %v", len(codes), query, want, codes)
	}
	return codes
}

func TestEarnedInvites(t *testing.T) {
	t.Parallel()
	i := newInvitee(t)
	advance(t, i.server, day*9/10)
	i.expect("", 0)
	advance(t, i.server, day*2/10)
	i.expect("?createAvailable=false", 0)
	i.expect("", 1)
	i.expect("", 1)
	advance(t, i.server, day*24/10)
	i.expect("", 3)
	advance(t, i.server, 47*day)
	codes := i.expect("", 5)
	i.expect("", 5)
	i.use(codes[0]["code"].(string), "first-guest")
	i.expect("", 6)
	i.expect("?includeUsed=false", 5)
	i.expect("?includeUsed=true", 6)
}

func TestEarnedInvitesAreDescribed(t *testing.T) {
	t.Parallel()
	i := newInvitee(t)
	advance(t, i.server, day)
	code := i.expect("", 1)[0]
	guest := i.signUpWith("guest-1", code["code"].(string))
	now := i.server.Now().Format("2006-01-02T15:04:05.000Z")
	want := object{
		"code": code["code"], "available": 1.0, "disabled": false, "forAccount": i.did, "createdBy": i.did,
		"createdAt": now, "uses": []any{object{"usedBy": guest.did, "usedAt": now}},
	}
	if diff := cmp.Diff(want, i.expect("", 1)[0]); diff != "" {
		t.Error(diff)
	}
	i.deleteAccount(guest)
	if diff := cmp.Diff(want, i.expect("", 1)[0]); diff != "" {
		t.Errorf("after the guest's deletion: %s", diff)
	}
}

func TestGiftsCountAsEarned(t *testing.T) {
	t.Parallel()
	t.Run("one gift", func(t *testing.T) {
		t.Parallel()
		i := newInvitee(t)
		i.gift(1)
		advance(t, i.server, 50*day)
		i.expect("", 5)
	})
	t.Run("three gifts at two and a half days", func(t *testing.T) {
		t.Parallel()
		i := newInvitee(t)
		for range 3 {
			i.gift(1)
		}
		advance(t, i.server, day*5/2)
		i.expect("", 3)
	})
	t.Run("used, half used, disabled and useless", func(t *testing.T) {
		t.Parallel()
		i := newInvitee(t)
		used, half, disabled := i.gift(1), i.gift(2), i.gift(1)
		i.gift(0)
		i.use(used, "guest-1")
		i.use(half, "guest-2")
		i.server.DisableInviteCode(disabled)
		advance(t, i.server, 60*day)
		codes := i.expect("?includeUsed=true", 8)
		for place, want := range map[int]object{
			0: {"code": used, "available": 1.0, "disabled": false},
			1: {"code": half, "available": 2.0, "disabled": false},
			2: {"code": disabled, "available": 1.0, "disabled": true},
		} {
			for name, value := range want {
				if codes[place][name] != value {
					t.Errorf("code %d: %s is %v, want %v", place, name, codes[place][name], value)
				}
			}
			if codes[place]["createdBy"] != "admin" || codes[place]["forAccount"] != i.did {
				t.Errorf("code %d is %v", place, codes[place])
			}
		}
		if uses := codes[1]["uses"].([]any); len(uses) != 1 {
			t.Errorf("half-used code has uses %v", uses)
		}
		i.expect("?includeUsed=false", 6) // the disabled one isn't exhausted
	})
}

func TestNoInterval(t *testing.T) {
	t.Parallel()
	c := start(t, mockserver.Options{Clock: quartz.NewMock(t)})
	i := invitee{c, c.signUp("alice")}
	advance(t, i.server, 500*day)
	i.expect("", 0)
	gift := i.gift(3)
	if code := i.expect("", 1)[0]; code["code"] != gift || code["createdBy"] != "admin" {
		t.Errorf("gift is %v", code)
	}
}

func TestCreateInviteCodes(t *testing.T) {
	t.Parallel()
	c := start(t)
	s := c.signUp("alice")
	entries := func(input object) []object {
		t.Helper()
		var list []object
		for _, item := range c.admin("createInviteCodes", input).ok().list("codes") {
			list = append(list, item.(object))
		}
		return list
	}
	shape := func(list []object) (shape []any) {
		for _, entry := range list {
			shape = append(shape, entry["account"], len(entry["codes"].([]any)))
		}
		return shape
	}
	for name, row := range map[string]struct {
		input object
		want  []any
	}{
		"no accounts":  {object{"useCount": 1, "codeCount": 2}, []any{"admin", 2}},
		"no codeCount": {object{"useCount": 1}, []any{"admin", 1}},
		"none":         {object{"useCount": 1, "codeCount": 0}, []any{"admin", 0}},
		"negative":     {object{"useCount": -1, "codeCount": -5}, []any{"admin", 0}},
		"empty list":   {object{"useCount": 1, "codeCount": 1, "forAccounts": []any{}}, nil},
		"order and doubles": {object{"useCount": 1, "codeCount": 2, "forAccounts": []any{s.did, "did:web:b.example", s.did}},
			[]any{s.did, 2, "did:web:b.example", 2, s.did, 2}},
	} {
		if diff := cmp.Diff(row.want, shape(entries(row.input))); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	if got := len(c.get("getAccountInviteCodes", s.access).ok().list("codes")); got != 4 {
		t.Errorf("the account has %d codes, want 4", got)
	}
	var many []any
	for range 2000 {
		many = append(many, "did:web:a.example")
	}
	for _, input := range []object{
		{"useCount": 1, "codeCount": 10_001}, {"useCount": 1, "codeCount": 1e18}, {"useCount": 1, "codeCount": 6, "forAccounts": many},
	} {
		c.admin("createInviteCodes", input).is(400, "InvalidRequest", "")
	}
	c.send("POST", "/xrpc/com.atproto.server.createInviteCodes", strings.NewReader(`{"useCount":1,"codeCount":1e999999999}`),
		append(jsonBody(), "Authorization", basic("admin:admin-pass"))...).is(400, "InvalidRequest", "")
	entries(object{"useCount": 1, "codeCount": 10_000})
}
