package lexicons

import "testing"

func TestHolds(t *testing.T) {
	t.Parallel()
	catalog, err := LoadRevision(DefaultRevision)
	if err != nil {
		t.Fatal(err)
	}
	for condition, want := range map[string]bool{
		"": true, "input.handle": true, "input.nickname": false, "!input.nickname": true, "!input.handle": false,
		"output.did": true, "output.handle input.email": true, "output.did input.nickname": false,
		"error.InvalidHandle": true, "error.NoSuch": false, "params.aud": false, "method.createSession": true,
		"method.noSuch": false, "!method.noSuch": true, "getSession#output.handle": true, "noSuch#output.handle": false,
		"getAccountInviteCodes#params.includeUsed": true, "nonsense": false,
	} {
		if got := catalog.Holds("com.atproto.server.createAccount", condition); got != want {
			t.Errorf("%q is %t", condition, got)
		}
	}
	if catalog.Holds("", "input.handle") || !catalog.Holds("", "createAccount#input.handle") {
		t.Error("a condition on no method asks one all the same")
	}
}
