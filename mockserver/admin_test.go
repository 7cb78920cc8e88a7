package mockserver_test

import (
	"strings"
	"testing"

	"github.com/pdsconform/pdsconform/mockserver"
)

func TestAdminCredentials(t *testing.T) {
	t.Parallel()
	c := start(t, mockserver.Options{AdminPassword: "a:b"})
	plain := start(t)
	s := plain.signUp("alice")
	unpadded := strings.TrimRight(basic("admin:admin-pass"), "=")
	for name, row := range map[string]struct {
		server *client
		header string
		status int
	}{
		"right":                      {plain, basic("admin:admin-pass"), 200},
		"unpadded":                   {plain, unpadded, 200},
		"text after a second colon":  {plain, basic("admin:admin-pass:more"), 200},
		"password with a colon":      {c, basic("admin:a:b"), 200},
		"half of one with a colon":   {c, basic("admin:a"), 401},
		"absent":                     {plain, "", 401},
		"other user":                 {plain, basic("root:admin-pass"), 401},
		"wrong password":             {plain, basic("admin:wrong"), 401},
		"no password":                {plain, basic("admin"), 401},
		"bearer":                     {plain, "Bearer " + s.access, 401},
		"bearer of the password":     {plain, "Bearer admin-pass", 401},
		"bad base64":                 {plain, "Basic !!!", 401},
		"lower-case basic":           {plain, "basic " + strings.TrimPrefix(basic("admin:admin-pass"), "Basic "), 200},
		"plain text":                 {plain, "Basic admin:admin-pass", 401},
		"capital user":               {plain, basic("Admin:admin-pass"), 401},
		"password with added spaces": {plain, basic("admin: admin-pass"), 401},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for path, input := range map[string]string{"createInviteCode": `{"useCount":1}`, "createInviteCodes": `{"useCount":1,"codeCount":1}`} {
				a := newClient(t, row.server.server).send("POST", "/xrpc/com.atproto.server."+path, strings.NewReader(input),
					append(jsonBody(), "Authorization", row.header)...)
				if row.status == 200 {
					a.ok()
				} else {
					a.is(401, "AuthenticationRequired", "Authentication Required")
				}
			}
		})
	}
}
