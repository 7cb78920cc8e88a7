package mockserver_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/pdsconform/pdsconform/mockserver"
)

const posts = "app.bsky.feed.post"

// write calls a procedure of com.atproto.repo.
func (c *client) write(method, bearer string, input object) answer {
	c.Helper()
	text, _ := c.TB.(*testing.T)
	return c.xrpc("POST", "com.atproto.repo."+method, bearer, marshal(text, input))
}

func (c *client) read(method string, parameters ...string) answer {
	c.Helper()
	query := url.Values{}
	for i := 0; i < len(parameters); i += 2 {
		query.Set(parameters[i], parameters[i+1])
	}
	return c.xrpc("GET", "com.atproto.repo."+method+"?"+query.Encode(), "", "")
}

// TestRecords writes, reads back, replaces and deletes a record.
func TestRecords(t *testing.T) {
	t.Parallel()
	c := start(t)
	alice := c.signUp("alice")
	_, app := c.appPassword(alice, "phone")
	made := c.write("createRecord", app.access, object{"repo": "alice.test", "collection": posts, "record": object{"text": "hi", "n": 1}}).ok()
	place := strings.Split(made.text("uri"), "/")
	if len(place) != 5 || place[2] != alice.did || place[3] != posts || made.text("validationStatus") != "unknown" {
		t.Fatalf("created %s", made.body)
	}
	// the CID of {"$type":"app.bsky.feed.post","n":1,"text":"hi"} by @ipld/dag-cbor
	if got := made.text("cid"); got != "bafyreiawpeiwkj3d2pgoavmizeya2j2ccby6o4gphvsysdet3oiqgkucl4" {
		t.Errorf("the CID is %s", got)
	}
	got := c.read("getRecord", "repo", alice.did, "collection", posts, "rkey", place[4]).ok()
	if value, _ := got.object()["value"].(object); value["text"] != "hi" || value["$type"] != posts || got.text("cid") != made.text("cid") || got.text("uri") != made.text("uri") {
		t.Errorf("read back %s", got.body)
	}
	c.read("getRecord", "repo", alice.did, "collection", posts, "rkey", place[4], "cid", "bafyreidfayvfuwqa7qlnopdjiqrxzs6blmoeu4rujcjtnci5beludirz2a").is(400, "RecordNotFound", "")
	replaced := c.write("putRecord", alice.access, object{"repo": alice.did, "collection": posts, "rkey": place[4], "swapRecord": made.text("cid"), "record": object{"text": "ho"}}).ok()
	if replaced.text("uri") != made.text("uri") || replaced.text("cid") == made.text("cid") {
		t.Errorf("replaced %s", replaced.body)
	}
	for name, input := range map[string]object{
		"putRecord":    {"swapRecord": made.text("cid"), "record": object{}},
		"deleteRecord": {"swapRecord": made.text("cid")},
	} {
		input["repo"], input["collection"], input["rkey"] = alice.did, posts, place[4]
		c.write(name, alice.access, input).is(400, "InvalidSwap", "Record was at "+replaced.text("cid"))
	}
	self := object{"repo": alice.did, "collection": "app.bsky.actor.profile", "rkey": "self", "record": object{}, "swapRecord": nil}
	c.write("putRecord", alice.access, self).ok()
	c.write("putRecord", alice.access, self).is(400, "InvalidSwap", "")
	c.write("createRecord", alice.access, object{"repo": alice.did, "collection": "app.bsky.actor.profile", "rkey": "self", "record": object{}}).is(400, "InvalidRequest", "there is a record of that key already")
	c.write("createRecord", alice.access, object{"repo": alice.did, "collection": posts, "record": object{}, "swapCommit": made.text("cid")}).is(400, "InvalidSwap", "")
	if described := c.read("describeRepo", "repo", "alice.test").ok(); fmt.Sprint(described.list("collections")) != "[app.bsky.actor.profile app.bsky.feed.post]" || described.text("handle") != "alice.test" {
		t.Errorf("described as %s", described.body)
	}
	c.write("deleteRecord", alice.access, object{"repo": alice.did, "collection": posts, "rkey": place[4]}).ok()
	c.write("deleteRecord", alice.access, object{"repo": alice.did, "collection": posts, "rkey": place[4]}).ok()
	c.read("getRecord", "repo", alice.did, "collection", posts, "rkey", place[4]).is(400, "RecordNotFound", "")
	c.server.Reset()
	c.read("getRecord", "repo", alice.did, "collection", posts, "rkey", "self").is(400, "InvalidRequest", "Could not find repo: "+alice.did)
}

// TestRecordLists turns pages in both directions.
func TestRecordLists(t *testing.T) {
	t.Parallel()
	c := start(t)
	alice := c.signUp("alice")
	for i := range 5 {
		c.write("createRecord", alice.access, object{"repo": alice.did, "collection": posts, "record": object{"text": fmt.Sprint(i)}}).ok()
	}
	for reverse, want := range map[string]string{"false": "43210", "true": "01234"} {
		texts, cursor := "", ""
		for range 4 {
			page := c.read("listRecords", "repo", "alice.test", "collection", posts, "limit", "2", "reverse", reverse, "cursor", cursor).ok()
			for _, one := range page.list("records") {
				texts += one.(object)["value"].(object)["text"].(string)
			}
			if cursor = page.text("cursor"); cursor == "" {
				break
			}
		}
		if texts != want || cursor != "" {
			t.Errorf("reverse=%s: %s, and then %q", reverse, texts, cursor)
		}
	}
	c.read("listRecords", "repo", "alice.test", "collection", posts, "limit", "101").is(400, "InvalidRequest", "")
	c.read("listRecords", "repo", "nobody.test", "collection", posts).is(400, "InvalidRequest", "Could not find repo: nobody.test")
}

// TestRecordsRefused tries what accounts may not do, and what records may not be.
func TestRecordsRefused(t *testing.T) {
	t.Parallel()
	documents := fstest.MapFS{"thing.json": {Data: []byte(`{"lexicon":1,"id":"com.example.thing","defs":{"main":{"type":"record","key":"tid","record":
		{"type":"object","required":["text"],"properties":{"text":{"type":"string","maxLength":3}}}}}}`)}}
	c := start(t, mockserver.Options{Lexicons: lexiconFolders(documents)})
	alice, bob := c.signUp("alice"), c.signUp("bob")
	input := func(record object, more ...any) object {
		input := object{"repo": alice.did, "collection": posts, "record": record}
		for i := 0; i < len(more); i += 2 {
			input[more[i].(string)] = more[i+1]
		}
		return input
	}
	c.write("createRecord", "", input(object{})).is(401, "AuthenticationRequired", "")
	c.write("createRecord", bob.access, input(object{})).is(401, "AuthenticationRequired", "")
	c.write("createRecord", alice.refresh, input(object{})).is(400, "InvalidToken", "")
	c.write("createRecord", alice.access, input(object{}, "repo", "nobody.test")).is(400, "InvalidRequest", "Could not find repo: nobody.test")
	c.write("createRecord", alice.access, input(object{"$type": "com.example.other"})).is(400, "InvalidRequest", "Invalid $type: expected app.bsky.feed.post, got com.example.other")
	c.write("createRecord", alice.access, input(object{"a": []any{object{"b": 1.5}}})).is(400, "InvalidRequest", "")
	c.write("createRecord", alice.access, input(object{}, "validate", true)).is(400, "InvalidRequest", "Unknown lexicon type: app.bsky.feed.post")
	c.write("createRecord", alice.access, input(object{"text": "long"}, "collection", "com.example.thing")).is(400, "InvalidRequest", "Invalid com.example.thing record: Record/text must not be longer than 3 bytes")
	c.write("createRecord", alice.access, input(object{"text": "long"}, "collection", "com.example.thing", "validate", false)).ok()
	if a := c.write("createRecord", alice.access, input(object{"text": "ok"}, "collection", "com.example.thing")).ok(); a.text("validationStatus") != "valid" {
		t.Errorf("created %s", a.body)
	}
	for name, change := range map[string]func(bool){
		"AccountTakedown": func(down bool) { c.takedown(alice.did, down) },
		"NotFound": func(down bool) {
			if _, err := c.server.ChangeAccount(alice.did, mockserver.AccountChange{Deactivated: &down}); err != nil {
				t.Fatal(err)
			}
		},
	} {
		access := c.logIn(alice.handle, alice.password).ok().text("accessJwt")
		change(true)
		if a := c.write("createRecord", access, input(object{})); a.text("error") != name {
			t.Errorf("%s: answer is %d %s", name, a.status, a.body)
		}
		c.read("listRecords", "repo", alice.did, "collection", posts).is(400, "InvalidRequest", "")
		change(false)
	}
}

// TestBlobs uploads one, and uses it.
func TestBlobs(t *testing.T) {
	t.Parallel()
	c := start(t)
	alice := c.signUp("alice")
	image := strings.Repeat("x", 200_000)
	uploaded := c.send("POST", "/xrpc/com.atproto.repo.uploadBlob", strings.NewReader(image), "Content-Type", "image/png", "Authorization", "Bearer "+alice.access).ok()
	blob, _ := uploaded.object()["blob"].(object)
	if blob["mimeType"] != "image/png" || blob["size"] != 200_000.0 || blob["$type"] != "blob" {
		t.Errorf("uploaded %s", uploaded.body)
	}
	post := object{"repo": alice.did, "collection": posts, "record": object{"images": []any{blob}}}
	c.write("createRecord", alice.access, post).ok()
	blob["ref"] = object{"$link": "bafkreiaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}
	c.write("createRecord", alice.access, post).is(400, "BlobNotFound", "")
	if a := c.send("POST", "/xrpc/com.atproto.repo.uploadBlob", strings.NewReader(strings.Repeat("x", 5<<20+1)), "Content-Type", "image/png", "Authorization", "Bearer "+alice.access); a.status != 413 {
		t.Errorf("a blob that is too large is %d %s", a.status, a.body)
	}
}
