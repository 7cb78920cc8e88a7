package mockserver_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pdsconform/pdsconform/mockserver"
)

// TestWhatClientsNeed holds the mock against what the clients of 2023 and of
// today were seen to rely on, beyond the documents. The tenth point, that
// resuming is cheap, is TestResumingIsCheap.
func TestWhatClientsNeed(t *testing.T) {
	t.Parallel()
	for name, check := range map[string]func(*testing.T, *client, session){
		"1 tokens are JWTs":                        needJWTs,
		"2 an expired token in 81 bytes":           needShortExpiry,
		"3 refresh tokens as bearer, without body": needRefreshAsBearer,
		"4 describeServer has a did":               needServerDID,
		"5 no redirect to another server":          needToStay,
		"6 some methods ignore Authorization":      needIndifference,
		"7 codes are the administrator's":          needAdmin,
		"8 health, handles and documents":          needDiscovery,
		"9 unknown methods are 501":                needNotImplemented,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := start(t)
			check(t, c, c.signUp("alice"))
		})
	}
}

func needJWTs(t *testing.T, c *client, s session) {
	for token, want := range map[string][]string{
		s.access: {"exp", "iat", "scope", "sub"}, s.refresh: {"exp", "iat", "jti", "scope", "sub"},
	} {
		parts := strings.Split(token, ".")
		if len(parts) != 3 {
			t.Fatalf("%d parts", len(parts))
		}
		payload, err := base64.RawURLEncoding.DecodeString(parts[1])
		if err != nil {
			t.Fatal(err)
		}
		var claims object
		if err := json.Unmarshal(payload, &claims); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, sortedNames(claims)); diff != "" || claims["sub"] != s.did {
			t.Errorf("claims are %v: %s", claims, diff)
		}
		if expiry, ok := claims["exp"].(float64); !ok || int64(expiry) <= c.server.Now().Unix() {
			t.Errorf("exp is %v", claims["exp"])
		}
	}
}

func needShortExpiry(t *testing.T, c *client, s session) {
	advance(t, c.server, 2*time.Hour)
	a := c.get("getSession", s.access)
	if a.is(400, "ExpiredToken", ""); len(a.body) > 81 {
		t.Errorf("the answer has %d bytes: %s", len(a.body), a.body)
	}
}

func needRefreshAsBearer(t *testing.T, c *client, s session) {
	next := c.post("refreshSession", s.refresh, nil).ok().text("refreshJwt")
	a := c.post("deleteSession", next, nil).ok()
	if len(a.body) != 0 || a.header.Get("Content-Type") != "" {
		t.Errorf("answer is %q, %v", a.body, a.header)
	}
}

func needServerDID(t *testing.T, c *client, _ session) {
	if did := c.get("describeServer", "").ok().text("did"); did != "did:web:localhost" {
		t.Errorf("did is %q", did)
	}
}

func needToStay(t *testing.T, c *client, s session) {
	for name, a := range map[string]answer{
		"createSession": c.logIn(s.handle, s.password), "getSession": c.get("getSession", s.access), "refreshSession": c.post("refreshSession", s.refresh, nil),
	} {
		members := a.ok().object()
		if active, said := members["active"]; members["didDoc"] != nil || said && active != true {
			t.Errorf("%s is %v", name, members)
		}
	}
	var document struct {
		Service []struct{ ServiceEndpoint string }
	}
	if err := json.Unmarshal(c.send("GET", "/"+s.did, nil).ok().body, &document); err != nil {
		t.Fatal(err)
	}
	if document.Service[0].ServiceEndpoint != c.server.URL {
		t.Errorf("document leads to %v", document.Service)
	}
}

func needIndifference(t *testing.T, c *client, s session) {
	for _, header := range []string{"", "Bearer", "Bearer junk", "Basic junk", "junk"} {
		send := func(verb, method, body string) answer {
			return c.send(verb, "/xrpc/com.atproto.server."+method, strings.NewReader(body), "Authorization", header, "Content-Type", "application/json")
		}
		send(http.MethodPost, "createSession", `{"identifier":"alice.test","password":"`+s.password+`"}`).ok()
		c.send(http.MethodGet, queryPath, nil, "Authorization", header).ok()
		send(http.MethodPost, "requestPasswordReset", `{"email":"nobody@example.com"}`).ok()
		send(http.MethodPost, "createAccount", `{"handle":"a.test","email":"a@example.com","password":"long enough"}`).is(400, "InvalidHandle", "")
		send(http.MethodPost, "resetPassword", `{"token":"x","password":"long enough"}`).is(400, "InvalidToken", "")
		send(http.MethodPost, "deleteAccount", `{"did":"`+s.did+`","password":"`+s.password+`","token":"x"}`).is(400, "InvalidToken", "")
	}
}

func needAdmin(t *testing.T, c *client, s session) {
	input := object{"useCount": 1, "codeCount": 1}
	for _, method := range []string{"createInviteCode", "createInviteCodes"} {
		c.admin(method, input).ok()
		c.post(method, s.access, input).is(401, "AuthenticationRequired", "")
	}
}

func needDiscovery(t *testing.T, c *client, s session) {
	if version := c.send("GET", "/xrpc/_health", nil).ok().text("version"); version != mockserver.Version() || version == "" {
		t.Errorf("version is %q", version)
	}
	if did := c.send("GET", "/xrpc/com.atproto.identity.resolveHandle?handle="+s.handle, nil).ok().text("did"); did != s.did {
		t.Errorf("handle leads to %q", did)
	}
	if did := c.send("GET", "/.well-known/atproto-did", nil, "Host", s.handle).ok(); string(did.body) != s.did {
		t.Errorf("host leads to %q", did.body)
	}
	if id := c.send("GET", "/"+s.did, nil).ok().text("id"); id != s.did {
		t.Errorf("document is of %q", id)
	}
}

func needNotImplemented(_ *testing.T, c *client, s session) {
	for _, method := range []string{"app.bsky.actor.getProfile", "com.atproto.repo.applyWrites", "com.atproto.server.reserveSigningKey"} {
		for _, verb := range []string{"GET", "POST"} {
			c.send(verb, "/xrpc/"+method, nil, authorization(s.access)...).is(501, "MethodNotImplemented", "")
		}
	}
}

// TestResumingIsCheap counts allocations, which don't depend on the machine's
// load, against those of a method that does nothing. It can't be parallel.
func TestResumingIsCheap(t *testing.T) {
	c := start(t)
	s := c.signUp("alice")
	handler := c.server.Handler()
	cost := func(verb, method, bearer string) float64 {
		request, _ := http.NewRequestWithContext(t.Context(), verb, "/xrpc/com.atproto.server."+method, nil)
		if bearer != "" {
			request.Header.Set("Authorization", "Bearer "+bearer)
		}
		return testing.AllocsPerRun(20, func() {
			got := &recorder{header: http.Header{}}
			if handler.ServeHTTP(got, request); got.status != 200 {
				t.Fatalf("%s is %d", method, got.status)
			}
		})
	}
	nothing := cost("GET", "describeServer", "")
	for method, most := range map[string]float64{"getSession": 60, "refreshSession": 160} {
		bearer, verb := s.access, "GET"
		if method == "refreshSession" {
			bearer, verb = s.refresh, "POST"
		}
		if got := cost(verb, method, bearer); got > nothing+most {
			t.Errorf("%s makes %.0f allocations, and a method that does nothing %.0f", method, got, nothing)
		}
	}
}
