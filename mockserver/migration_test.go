package mockserver_test

import (
	"bytes"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/bluesky-social/indigo/atproto/atcrypto"
	"github.com/pdsconform/pdsconform/mockserver"
	"github.com/pdsconform/pdsconform/mockserver/internal/plc"
	"github.com/pdsconform/pdsconform/mockserver/internal/token"
)

// verifiable reads a service token as its receiver would: with the key of the
// DID document that the issuer's server shows.
func (c *client) verifiable(did, raw string) token.ServiceToken {
	c.Helper()
	parsed, err := token.ParseService(raw)
	if err != nil {
		c.Fatalf("service token: %v", err)
	}
	var document struct {
		VerificationMethod []struct{ ID, PublicKeyMultibase string }
	}
	if err := json.Unmarshal(c.send("GET", "/"+did, nil).ok().body, &document); err != nil {
		c.Fatal(err)
	}
	for _, method := range document.VerificationMethod {
		if method.ID == did+"#atproto" && parsed.Verify("did:key:"+method.PublicKeyMultibase) == nil {
			return parsed
		}
	}
	c.Fatalf("no key of %v has signed the token", document)
	return parsed
}

func TestServiceAuth(t *testing.T) {
	t.Parallel()
	c := startToday(t)
	s, other := c.signUp("alice"), c.signUp("bob")
	_, app := c.appPassword(s, "phone")
	ask := func(bearer, query string) answer { return c.get("getServiceAuth?"+query, bearer) }
	now := c.server.Now().Unix()
	at := func(seconds int64) string { return "&exp=" + strconv.FormatInt(now+seconds, 10) }
	const aud, lxm = "aud=did:web:a.test%23x", "&lxm=com.example.get"

	claims := c.verifiable(s.did, ask(s.access, aud+lxm).ok().text("token"))
	if claims.Issuer != s.did || claims.Audience != "did:web:a.test#x" || claims.Method != "com.example.get" || claims.ExpiresAt != claims.IssuedAt+60 || claims.ID == "" {
		t.Errorf("claims are %+v", claims.ServiceClaims)
	}
	if got := c.verifiable(s.did, ask(s.access, aud+lxm+at(3000)).ok().text("token")); got.ExpiresAt != now+3000 {
		t.Errorf("it expires at %d, asked for %d", got.ExpiresAt, now+3000)
	}
	if theirs, err := token.ParseService(ask(other.access, aud+lxm).ok().text("token")); err != nil || theirs.Issuer != other.did {
		t.Errorf("another account's token is %+v, %v", theirs, err)
	}
	for query, name := range map[string]string{
		"":                                      "InvalidRequest",
		"aud=":                                  "InvalidRequest",
		"aud=nobody":                            "InvalidRequest",
		"aud=did:key:zQ3sh":                     "InvalidRequest",
		"aud=did:web:a.test:path":               "InvalidRequest",
		"aud=did:web:a.test%23":                 "InvalidRequest",
		"aud=did:web:a.test%23a%23b":            "InvalidRequest",
		aud + "&lxm=*":                          "InvalidRequest",
		aud + "&exp=soon":                       "InvalidRequest",
		aud + lxm + "&exp=0":                    "BadExpiration",
		aud + lxm + "&exp=1":                    "BadExpiration",
		aud + lxm + "&exp=-9223372036854775808": "BadExpiration",
		aud + lxm + at(3700):                    "BadExpiration",
		aud + at(100):                           "BadExpiration",
		aud + "&lxm=com.atproto.server.updateEmail": "InvalidRequest",
	} {
		ask(s.access, query).wants(query, 400, name)
	}
	ask(s.access, aud+at(50)).ok()
	ask("", "aud=nobody").wants("without credentials", 401, "AuthMissing")
	ask(app.access, aud+"&lxm=com.atproto.server.createAccount").wants("app password", 400, "InvalidRequest")
	ask(app.access, aud+lxm).ok()
}

// mover is an account on a server elsewhere that wants to come here.
type mover struct {
	did      string
	rotation *atcrypto.PrivateKeyP256
	signing  *atcrypto.PrivateKeyK256
	last     plc.Operation
}

// newMover registers an identity in the mock's own directory.
func (c *client) newMover(handle string) *mover {
	c.Helper()
	m := &mover{}
	var err error
	if m.rotation, err = atcrypto.GeneratePrivateKeyP256(); err != nil {
		c.Fatal(err)
	}
	if m.signing, err = atcrypto.GeneratePrivateKeyK256(); err != nil {
		c.Fatal(err)
	}
	m.last = plc.Operation{
		Type: "plc_operation", RotationKeys: []string{publicOf(c, m.rotation)}, AlsoKnownAs: []string{"at://" + handle},
		VerificationMethods: map[string]string{"atproto": publicOf(c, m.signing)},
		Services:            map[string]plc.Service{"atproto_pds": {Type: "AtprotoPersonalDataServer", Endpoint: "https://old.test"}},
	}
	if err := m.last.Sign(m.rotation); err != nil {
		c.Fatal(err)
	}
	m.did = m.last.DID()
	c.submit(m.did, m.last).ok()
	return m
}

func publicOf(t testing.TB, key atcrypto.PrivateKey) string {
	t.Helper()
	public, err := key.PublicKey()
	if err != nil {
		t.Fatal(err)
	}
	return public.DIDKey()
}

func (c *client) submit(did string, operation plc.Operation) answer {
	c.Helper()
	text, err := json.Marshal(operation)
	if err != nil {
		c.Fatal(err)
	}
	return c.send("POST", "/"+did, bytes.NewReader(text), "Content-Type", "application/json")
}

// allows signs a service token; change corrupts its claims.
func (m *mover) allows(t testing.TB, server *mockserver.Server, change func(*token.ServiceClaims)) string {
	t.Helper()
	now := server.Now()
	claims := token.ServiceClaims{
		Issuer: m.did, Audience: "did:web:localhost", Method: "com.atproto.server.createAccount",
		IssuedAt: now.Unix(), ExpiresAt: now.Add(time.Minute).Unix(), ID: "one",
	}
	if change != nil {
		change(&claims)
	}
	raw, err := token.SignService(m.signing, claims)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestMigration(t *testing.T) {
	t.Parallel()
	c := startToday(t)
	m := c.newMover("mover.test")
	input := object{"handle": "mover.test", "email": "m@example.com", "password": "password of m", "did": m.did}
	reserved := c.post("reserveSigningKey", "", object{"did": m.did}).ok().text("signingKey")
	if again := c.post("reserveSigningKey", "", object{"did": m.did}).ok().text("signingKey"); again != reserved {
		t.Error("the same DID gets another key")
	}
	created := c.post("createAccount", m.allows(t, c.server, nil), input).ok()
	access := created.text("accessJwt")
	if created.text("did") != m.did || created.object()["didDoc"] == nil {
		t.Errorf("the answer is %s", created.body)
	}
	if got := c.get("checkAccountStatus", access).ok().object(); got["activated"] != false || got["validDid"] != false {
		t.Errorf("the status is %v", got)
	}
	c.post("activateAccount", access, nil).wants("before the identity leads here", 400, "InvalidRequest")
	c.post("createAccount", m.allows(t, c.server, nil), object{"handle": "second.test", "did": m.did}).wants("twice", 400, "AlreadyExists")

	// The identity is changed as the server recommends.
	var said plc.Operation
	recommended := c.send("GET", "/xrpc/com.atproto.identity.getRecommendedDidCredentials", nil, authorization(access)...).ok()
	if err := json.Unmarshal(recommended.body, &said); err != nil {
		t.Fatal(err)
	}
	if said.VerificationMethods["atproto"] != reserved {
		t.Errorf("the recommended key is %s, reserved was %s", said.VerificationMethods["atproto"], reserved)
	}
	prev := m.last.CID()
	said.Type, said.Prev = "plc_operation", &prev
	if err := said.Sign(m.rotation); err != nil {
		t.Fatal(err)
	}
	c.submit(m.did, said).ok()
	if c.get("checkAccountStatus", access).ok().object()["validDid"] != true {
		t.Error("the identity leads here, and validDid is false")
	}
	c.post("activateAccount", access, nil).ok()
	if got := c.get("getSession", access).ok().object(); got["active"] != true {
		t.Errorf("the session says %v", got)
	}
	c.verifiable(m.did, c.get("getServiceAuth?aud=did:web:a.test&lxm=com.example.get", access).ok().text("token"))
}

func TestMigrationIsRefused(t *testing.T) {
	t.Parallel()
	c := startToday(t)
	m, other := c.newMover("mover.test"), c.newMover("other.test")
	s := c.signUp("alice")
	claims := func(change func(*token.ServiceClaims)) string { return m.allows(t, c.server, change) }
	with := func(more object) object {
		input := object{"handle": "mover.test", "did": m.did}
		for name, value := range more {
			input[name] = value
		}
		return input
	}
	for name, row := range map[string]struct {
		bearer string
		input  object
		status int
		error  string
	}{
		"no token":            {"", with(nil), 401, "AuthenticationRequired"},
		"of another DID":      {other.allows(t, c.server, nil), with(nil), 401, "AuthenticationRequired"},
		"a DID nobody knows":  {claims(nil), with(object{"did": "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa"}), 400, "UnresolvableDid"},
		"a malformed DID":     {claims(nil), with(object{"did": "x"}), 400, "InvalidRequest"},
		"for another server":  {claims(func(c *token.ServiceClaims) { c.Audience = "did:web:elsewhere.test" }), with(nil), 401, "BadJwtAudience"},
		"for another method":  {claims(func(c *token.ServiceClaims) { c.Method = "com.example.get" }), with(nil), 401, "BadJwtLexiconMethod"},
		"for any method":      {claims(func(c *token.ServiceClaims) { c.Method = "" }), with(nil), 401, "BadJwtLexiconMethod"},
		"expired":             {claims(func(c *token.ServiceClaims) { c.ExpiresAt = c.IssuedAt }), with(nil), 401, "JwtExpired"},
		"malformed issuer":    {claims(func(c *token.ServiceClaims) { c.Issuer = "me" }), with(nil), 401, "BadJwtIss"},
		"unknown issuer":      {claims(func(c *token.ServiceClaims) { c.Issuer = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa" }), with(nil), 401, "AuthenticationRequired"},
		"signed by another":   {other.allows(t, c.server, func(c *token.ServiceClaims) { c.Issuer = m.did }), with(nil), 401, "BadJwtSignature"},
		"no JWT":              {"a.b.c", with(nil), 401, "BadJwt"},
		"a session's token":   {s.access, with(nil), 401, "BadJwtType"},
		"no PLC operation":    {claims(nil), with(object{"plcOp": object{"type": "x"}}), 400, "IncompatibleDidDoc"},
		"an operation of old": {claims(nil), with(object{"plcOp": m.last}), 400, "IncompatibleDidDoc"},
		"a foreign handle":    {claims(nil), with(object{"handle": "a.example.com"}), 400, "InvalidRequest"},
	} {
		c.post("createAccount", row.bearer, row.input).wants(name, row.status, row.error)
	}
	c.post("createAccount", claims(nil), object{"handle": "fresh.test"}).wants("a good token without a DID", 200, "")
	c.post("createAccount", claims(nil), with(nil)).wants("the valid request", 200, "")
}

// With plcOp the identity changes in the same step.
func TestMigrationWithOperation(t *testing.T) {
	t.Parallel()
	c := startToday(t)
	m := c.newMover("mover.test")
	prev := m.last.CID()
	next := m.last
	next.Prev = &prev
	next.VerificationMethods = map[string]string{"atproto": c.post("reserveSigningKey", "", object{"did": m.did}).ok().text("signingKey")}
	next.Services = map[string]plc.Service{"atproto_pds": {Type: "AtprotoPersonalDataServer", Endpoint: c.server.URL}}
	if err := next.Sign(m.rotation); err != nil {
		t.Fatal(err)
	}
	c.post("createAccount", m.allows(t, c.server, nil), object{"handle": "mover.test", "did": m.did, "plcOp": next}).ok()
	var data plc.Operation
	if err := json.Unmarshal(c.send("GET", "/"+url.PathEscape(m.did)+"/data", nil).ok().body, &data); err != nil || data.Services["atproto_pds"].Endpoint != c.server.URL {
		t.Errorf("the directory says %+v, %v", data, err)
	}
}

// What a revision without the input makes of it: nothing.
func TestEarlierRevisionsKnowNoMigration(t *testing.T) {
	t.Parallel()
	c := start(t)
	c.send("POST", "/xrpc/com.atproto.server.createAccount",
		bytes.NewReader([]byte(`{"handle":"able.test","email":"a@example.com","password":"password of a","did":"did:plc:aaaaaaaaaaaaaaaaaaaaaaaa"}`)),
		"Content-Type", "application/json", "Authorization", "Bearer junk").ok()
}

func TestSignUpWithLittle(t *testing.T) {
	t.Parallel()
	c := startToday(t)
	for _, handle := range []string{"a-one.test", "a-two.test"} { // that they share no address is no conflict
		created := c.post("createAccount", "", object{"handle": handle}).ok()
		session := c.get("getSession", created.text("accessJwt")).ok().object()
		if _, given := session["email"]; given || session["emailConfirmed"] != false {
			t.Errorf("the session says %v", session)
		}
		c.logIn(handle, "").wants("without a password", 401, "AuthenticationRequired")
		c.post("requestEmailConfirmation", created.text("accessJwt"), nil).wants("no address to confirm", 400, "InvalidRequest")
	}
}

// TestForeignIdentity moves an account here whose DID is of another method, and
// whose document was given by an option, and then changed.
func TestForeignIdentity(t *testing.T) {
	t.Parallel()
	const did = "did:web:carol.example"
	key, err := atcrypto.GeneratePrivateKeyP256()
	if err != nil {
		t.Fatal(err)
	}
	public, err := key.PublicKey()
	if err != nil {
		t.Fatal(err)
	}
	other, err := atcrypto.GeneratePrivateKeyP256()
	if err != nil {
		t.Fatal(err)
	}
	c := startToday(t, mockserver.Options{Identities: []map[string]any{{
		"@context": "https://www.w3.org/ns/did/v1", "id": did,
		"verificationMethod": []any{object{"id": did + "#atproto", "type": "Multikey", "publicKeyMultibase": public.Multibase()}},
	}}})
	signed := func(key atcrypto.PrivateKey) string {
		now := c.server.Now().Unix()
		raw, err := token.SignService(key, token.ServiceClaims{
			Issuer: did, Audience: c.get("describeServer", "").text("did"), Method: "com.atproto.server.createAccount",
			IssuedAt: now, ExpiresAt: now + 60, ID: "1",
		})
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	input := object{"handle": "carol.test", "email": "carol@example.com", "password": "password of carol", "did": did}
	c.post("createAccount", "", input).wants("without a token", 401, "AuthenticationRequired")
	c.post("createAccount", signed(other), input).wants("with another key", 401, "BadJwtSignature")
	c.server.Reset()
	access := c.post("createAccount", signed(key), input).ok().text("accessJwt")
	c.post("activateAccount", access, nil).wants("before the identity leads here", 400, "InvalidRequest")

	var said plc.Operation
	recommended := c.send("GET", "/xrpc/com.atproto.identity.getRecommendedDidCredentials", nil, authorization(access)...).ok()
	if err := json.Unmarshal(recommended.body, &said); err != nil {
		t.Fatal(err)
	}
	service := said.Services["atproto_pds"]
	if _, err := c.server.PutIdentity(map[string]any{
		"id": did, "alsoKnownAs": said.AlsoKnownAs,
		"verificationMethod": []any{object{"id": "#atproto", "publicKeyMultibase": strings.TrimPrefix(said.VerificationMethods["atproto"], "did:key:")}},
		"service":            []any{object{"id": "#atproto_pds", "type": service.Type, "serviceEndpoint": service.Endpoint}},
	}); err != nil {
		t.Fatal(err)
	}
	c.post("activateAccount", access, nil).ok()
}

func TestIdentitiesThatAreNoGood(t *testing.T) {
	t.Parallel()
	c := startToday(t)
	own := c.signUp("alice").did
	for begins, document := range map[string]map[string]any{
		"id: must be":          {"id": "carol"},
		"id: ":                 {"id": own, "verificationMethod": []any{object{"id": "#atproto", "publicKeyMultibase": "zDnaerx9CtbPJ1q36T5Ln5wYt3MQYeGRG5ehnPAmxcf5mDZpv"}}},
		"verificationMethod: ": {"id": "did:web:carol.example"},
		"alsoKnownAs: ":        {"id": "did:web:carol.example", "alsoKnownAs": 1},
	} {
		if _, err := c.server.PutIdentity(document); err == nil || !strings.HasPrefix(err.Error(), begins) {
			t.Errorf("want %q, got %v", begins, err)
		}
	}
	_, err := mockserver.New(mockserver.Options{Identities: []map[string]any{{"id": "did:web:carol.example"}}})
	if err == nil || !strings.Contains(err.Error(), "identities[0].verificationMethod") {
		t.Errorf("an option without a key: %v", err)
	}
}
