package main

import (
	"bytes"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pdsconform/pdsconform/fixtures/targets/small"
	"github.com/pdsconform/pdsconform/mockserver"
)

// sessionsOnly returns the URL of a server that has sessions and nothing else,
// and the account on it, as --account wants it.
func sessionsOnly(t *testing.T) (target, account string) {
	t.Helper()
	mock := mockserver.RunT(t)
	const password = "a long password"
	if _, err := mock.SeedAccount(mockserver.Account{Handle: "alice.test", Email: "alice@example.com", Password: password}); err != nil {
		t.Fatal(err)
	}
	whole, err := url.Parse(mock.URL)
	if err != nil {
		t.Fatal(err)
	}
	const nsid = "com.atproto.server."
	server := httptest.NewServer(small.PartOf(httputil.NewSingleHostReverseProxy(whole),
		nsid+"createSession", nsid+"getSession", nsid+"refreshSession", nsid+"deleteSession"))
	t.Cleanup(server.Close)
	return server.URL, "alice.test:" + password
}

// TestSessionsOnlyConformsToSessions: a server that isn't whole can conform to
// the part that it has, and no report makes more of it.
func TestSessionsOnlyConformsToSessions(t *testing.T) {
	t.Parallel()
	target, account := sessionsOnly(t)
	run := func(environ []string, flags ...string) (code int, text, folder string) {
		folder = t.TempDir()
		var stdout, stderr bytes.Buffer
		arguments := append([]string{"run", "--target", target, "--account", account, "--revision", "2023-04", "--seed", "1",
			"--out", folder, "--format", "json,junit,sarif,badge"}, flags...)
		code = Run(t.Context(), arguments, strings.NewReader(""), &stdout, &stderr, environ)
		return code, stdout.String() + stderr.String(), folder
	}
	code, text, folder := run([]string{"PDSCONFORM_PROFILE=sessions"})
	if code != 0 || !strings.Contains(text, "profiles, conforms: sessions (") || strings.Contains(text, "sign-up (") {
		t.Errorf("exit code %d:\n%s", code, text)
	}
	for file, words := range map[string]string{
		"junit.xml": `<property name="profile sessions" value="conforms (`, "report.sarif": `"name": "sessions"`,
		"badge.svg": "2023-04 sessions: conforms",
	} {
		if report, err := os.ReadFile(filepath.Join(folder, file)); err != nil || !bytes.Contains(report, []byte(words)) {
			t.Errorf("%s has no %s: %v", file, words, err)
		}
	}
	code, text, _ = run(nil)
	if code != 1 || !strings.Contains(text, "profiles, conforms: sessions (") || !strings.Contains(text, "not implemented: sign-up (") {
		t.Errorf("as a whole: exit code %d:\n%s", code, text)
	}
}
