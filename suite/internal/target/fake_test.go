package target

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
)

// fakePDS is a server with the faults that a test gives it.
type fakePDS struct {
	invites      bool     // whether sign-up needs a code
	unsaid       bool     // whether describeServer leaves that out
	withoutDID   bool     // whether createAccount's answer lacks the DID
	withoutMail  bool     // whether no mail is sent
	noDeletion   bool     // whether deleteAccount refuses whatever comes
	stuck        []string // parts of handles of accounts that can't be deleted at all
	adminMethods bool     // whether there are methods for takedowns and deletion by the admin

	repos    bool // whether one can ask for an account's repository
	noLogins bool // whether createSession refuses whatever comes

	post  post
	mutex sync.Mutex
	// all by DID
	accounts     map[string]*fakeAccount
	made         int
	appPasswords map[string]bool // of whoever asks
	calls        []string        // NSIDs without their authority, in order
}

type fakeAccount struct {
	did, handle, email, password, code string
	down                               bool
}

func (f *fakePDS) serve(t *testing.T) string {
	t.Helper()
	f.accounts, f.appPasswords = map[string]*fakeAccount{}, map[string]bool{}
	served := methods{
		describeServer: described(f.invites), createInviteCode: f.createInviteCode,
		createAccount: f.createAccount, createSession: f.createSession,
		requestAccountDelete: f.requestAccountDelete, deleteAccount: f.deleteAccount,
		createAppPassword: f.createAppPassword, revokeAppPassword: f.revokeAppPassword,
	}
	if f.unsaid {
		served[describeServer] = always(http.StatusOK, `{"availableUserDomains":[".test"]}`)
	}
	if f.adminMethods {
		served[adminDeleteAccount], served[updateSubjectStatus] = f.adminDelete, f.adminTakedown
	}
	if f.repos {
		served[describeRepo] = f.describeRepo
	}
	for nsid, method := range served {
		served[nsid] = func(input map[string]any, r *http.Request) (int, any) {
			f.mutex.Lock()
			defer f.mutex.Unlock()
			f.calls = append(f.calls, nsid[strings.LastIndex(nsid, ".")+1:])
			return method(input, r)
		}
	}
	return served.serve(t)
}

func (f *fakePDS) called(name string) int {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	return len(slices.DeleteFunc(slices.Clone(f.calls), func(call string) bool { return call != name }))
}

func (f *fakePDS) left() []string {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	return slices.Sorted(maps.Keys(f.accounts))
}

func word(input map[string]any, name string) string {
	text, _ := input[name].(string)
	return text
}

func (f *fakePDS) createInviteCode(_ map[string]any, r *http.Request) (int, any) {
	if !isAdmin(r) {
		return http.StatusUnauthorized, failure("AuthenticationRequired", "")
	}
	return http.StatusOK, map[string]any{"code": "fake-invite"}
}

func isAdmin(r *http.Request) bool {
	_, password, _ := r.BasicAuth()
	return password == "admin-pass"
}

func (f *fakePDS) createAccount(input map[string]any, _ *http.Request) (int, any) {
	if f.invites && word(input, "inviteCode") != "fake-invite" {
		return http.StatusBadRequest, failure("InvalidInviteCode", "Provided invite code not available")
	}
	f.made++
	account := &fakeAccount{did: fmt.Sprintf("did:web:a%d.test", f.made), handle: strings.ToLower(word(input, "handle")),
		email: word(input, "email"), password: word(input, "password")}
	f.accounts[account.did] = account
	answer := sessionOf(account)
	if f.withoutDID {
		delete(answer, "did")
	}
	return http.StatusOK, answer
}

func sessionOf(account *fakeAccount) map[string]any {
	return map[string]any{"did": account.did, "handle": account.handle, "email": account.email,
		"accessJwt": "access " + account.did, "refreshJwt": "refresh " + account.did}
}

func (f *fakePDS) createSession(input map[string]any, _ *http.Request) (int, any) {
	if f.noLogins {
		return http.StatusTooManyRequests, failure("RateLimitExceeded", "")
	}
	for _, account := range f.accounts {
		identifier := word(input, "identifier")
		if identifier != account.did && strings.ToLower(identifier) != account.handle || word(input, "password") != account.password {
			continue
		}
		if account.down {
			return http.StatusUnauthorized, failure("AccountTakedown", "")
		}
		return http.StatusOK, sessionOf(account)
	}
	return http.StatusUnauthorized, failure("AuthenticationRequired", "")
}

func (f *fakePDS) requestAccountDelete(_ map[string]any, r *http.Request) (int, any) {
	account := f.accounts[strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer access ")]
	if account == nil || account.down {
		return http.StatusUnauthorized, failure("AuthenticationRequired", "")
	}
	account.code = "CCCCC-DDDDD"
	if !f.withoutMail {
		f.post.put(account.email, "Account deletion code: "+account.code)
	}
	return http.StatusOK, nil
}

func (f *fakePDS) deleteAccount(input map[string]any, _ *http.Request) (int, any) {
	account := f.accounts[word(input, "did")]
	if account == nil || account.code == "" || word(input, "token") != account.code || word(input, "password") != account.password ||
		f.noDeletion || f.isStuck(account) {
		return http.StatusBadRequest, failure("InvalidToken", "")
	}
	delete(f.accounts, account.did)
	return http.StatusOK, nil
}

func (f *fakePDS) isStuck(account *fakeAccount) bool {
	return slices.ContainsFunc(f.stuck, func(part string) bool { return strings.Contains(account.did, part) })
}

func (f *fakePDS) adminDelete(input map[string]any, r *http.Request) (int, any) {
	account := f.accounts[word(input, "did")]
	if !isAdmin(r) || account == nil || f.isStuck(account) {
		return http.StatusBadRequest, failure("InvalidRequest", "")
	}
	delete(f.accounts, account.did)
	return http.StatusOK, nil
}

func (f *fakePDS) adminTakedown(input map[string]any, r *http.Request) (int, any) {
	subject, _ := input["subject"].(map[string]any)
	takedown, _ := input["takedown"].(map[string]any)
	account := f.accounts[word(subject, "did")]
	if !isAdmin(r) || account == nil {
		return http.StatusBadRequest, failure("InvalidRequest", "")
	}
	account.down, _ = takedown["applied"].(bool)
	return http.StatusOK, map[string]any{}
}

func (f *fakePDS) createAppPassword(input map[string]any, _ *http.Request) (int, any) {
	f.appPasswords[word(input, "name")] = true
	return http.StatusOK, map[string]any{"name": word(input, "name"), "password": "aaaa-bbbb-cccc-dddd"}
}

func (f *fakePDS) revokeAppPassword(input map[string]any, _ *http.Request) (int, any) {
	if f.noDeletion {
		return http.StatusInternalServerError, failure("InternalServerError", "")
	}
	delete(f.appPasswords, word(input, "name"))
	return http.StatusOK, nil
}

func (f *fakePDS) describeRepo(_ map[string]any, r *http.Request) (int, any) {
	if did := r.URL.Query().Get("repo"); f.accounts[did] == nil {
		return http.StatusBadRequest, failure("InvalidRequest", "Could not find user: "+did)
	}
	return http.StatusOK, map[string]any{}
}
