package mockserver_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

func TestRequestLogHoldsNoSecrets(t *testing.T) {
	t.Parallel()
	c := start(t)
	s := c.signUp("alice")
	app, _ := c.appPassword(s, "phone")
	c.post("requestPasswordReset", "", object{"email": s.email}).ok()
	token := c.mailToken(s.email)
	c.post("resetPassword", "", object{"token": token, "password": "a new secret"}).ok()
	code := c.admin("createInviteCode", object{"useCount": 1, "forAccount": s.did}).text("code")
	c.get("getAccountInviteCodes", s.access).ok()
	many := c.admin("createInviteCodes", object{"useCount": 1}).list("codes")[0].(object)["codes"].([]any)[0].(string)
	c.logIn(s.access, "a new secret")                                                                 // a token in the wrong place
	c.get("describeServer?token=query-secret&x="+s.access+"&%zz=odd-secret", "").ok()                 // and in another
	c.send("GET", "/"+s.access, nil)                                                                  // and in the path
	c.send("POST", resetPath, strings.NewReader(`{"password":"half-secret"`), jsonBody()...)          // no JSON
	c.send("GET", queryPath, nil, "Authorization", "raw-secret").ok()                                 // no scheme
	c.send("POST", resetPath, strings.NewReader(padded(50_000)), jsonBody()...).ok()                  // too long to keep
	c.send("POST", resetPath, strings.NewReader(`{"email":"x","password":123456789}`), jsonBody()...) // no string

	log := string(c.steer("GET", "/requests", "").ok().body)
	for name, secret := range map[string]string{
		"password": s.password, "new password": "a new secret", "app password": app, "access token": s.access, "refresh token": s.refresh,
		"mail token": token, "code": code, "code of many": many, "admin password": strings.TrimPrefix(basic("admin:admin-pass"), "Basic "),
		"query": "query-secret", "odd query": "odd-secret", "malformed": "half-secret", "raw header": "raw-secret", "number": "123456789",
	} {
		if strings.Contains(log, secret) {
			t.Errorf("log holds the %s", name)
		}
	}
	requests := c.server.Requests()
	first := requests[0]
	if first.ID != 1 || first.Method != "POST" || first.NSID != "com.atproto.server.createAccount" || first.Status != 200 ||
		!strings.Contains(string(first.Body), `"handle":"alice.test"`) || !strings.Contains(string(first.Response), s.did) {
		t.Errorf("first request is %+v", first)
	}
	var accounts int
	for _, request := range requests {
		if request.Account == s.did {
			accounts++
		}
	}
	if accounts != 2 { // createAppPassword and getAccountInviteCodes
		t.Errorf("%d requests of the account, want 2", accounts)
	}
}

func TestRequestLogIsBounded(t *testing.T) {
	t.Parallel()
	c := start(t)
	for range 1010 {
		c.send(http.MethodHead, "/", nil)
	}
	requests := c.server.Requests()
	if len(requests) != 1000 || requests[0].ID != 11 || requests[999].ID != 1010 {
		t.Errorf("log holds %d requests, %d to %d", len(requests), requests[0].ID, requests[len(requests)-1].ID)
	}
	c.steer("GET", "/requests?after=last", "").wants("an id that is none", 400, "InvalidRequest")
	// A reader that keeps up reads only what is new.
	for after, want := range map[string]int{"0": 1000, "5": 1000, "1008": 2, "1010": 0, "2000": 0} {
		var listed []struct{ ID int }
		if err := json.Unmarshal(c.steer("GET", "/requests?after="+after, "").ok().body, &listed); err != nil {
			t.Fatal(err)
		}
		if len(listed) != want || want > 0 && listed[want-1].ID != 1010 {
			t.Errorf("after %s: %d requests, want %d: %+v", after, len(listed), want, listed[:min(1, len(listed))])
		}
	}
}

// A reader sees which token a request bears, and over which connection it came,
// and never the token.
func TestRequestLogMarksTokens(t *testing.T) {
	t.Parallel()
	c := start(t)
	s := c.signUp("alice")
	c.send("GET", "/xrpc/com.atproto.server.getSession", nil, "Authorization", "Bearer "+s.access, "Origin", "https://app.example").ok()
	requests := c.server.Requests()
	signUp, getSession := requests[0], requests[1]
	if mark := signUp.Issued["accessJwt"]; mark == "" || mark != getSession.Credential || mark == signUp.Issued["refreshJwt"] {
		t.Errorf("issued %v, and then used %q", signUp.Issued, getSession.Credential)
	}
	if getSession.Issued != nil || signUp.Credential != "" {
		t.Errorf("marks of nothing: %v, %q", getSession.Issued, signUp.Credential)
	}
	if getSession.Origin != "https://app.example" || getSession.Host == "" || getSession.Connection == "" || signUp.BodyBytes == 0 {
		t.Errorf("the request is %+v", getSession)
	}
}
