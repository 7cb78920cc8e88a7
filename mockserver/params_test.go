package mockserver_test

import (
	"testing"
	"time"

	"github.com/pdsconform/pdsconform/mockserver"
)

func TestQueryBooleans(t *testing.T) {
	t.Parallel()
	c := start(t, mockserver.Options{InviteInterval: time.Hour})
	for query, want := range map[string]int{ // of the codes that two hours earn
		"":                                          2,
		"createAvailable":                           2,
		"createAvailable=":                          2,
		"createavailable=false":                     2,
		"createAvailable=true":                      2,
		"createAvailable=%74rue":                    2,
		"create%41vailable=true":                    2,
		"unknown=1&createAvailable":                 2,
		"createAvailable=false":                     0,
		"createAvailable=1":                         0,
		"createAvailable=0":                         0,
		"createAvailable=TRUE":                      0,
		"createAvailable=foo":                       0,
		"createAvailable=%zz":                       0,
		"createAvailable=true%20":                   0,
		"createAvailable=true&createAvailable=true": 0,
		"createAvailable=true&createAvailable=":     0,
		"createAvailable[]=true":                    0,
		"createAvailable%5B%5D=true":                0,
		"createAvailable=a;b":                       0,
	} {
		t.Run(query, func(t *testing.T) {
			t.Parallel()
			c := start(t, mockserver.Options{InviteInterval: time.Hour})
			s := c.signUp("alice")
			advance(t, c.server, 2*time.Hour-time.Minute)
			advance(t, c.server, 2*time.Minute)
			s.access = c.logIn(s.handle, s.password).ok().text("accessJwt")
			if got := len(c.get("getAccountInviteCodes?"+query, s.access).ok().list("codes")); got != want {
				t.Errorf("%d codes, want %d", got, want)
			}
		})
	}
	c.get("describeServer?unknown=%zz&x[]=1", "").ok()
}
