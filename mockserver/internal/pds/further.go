package pds

import (
	"net/http"
	"strings"

	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// further says who may call the methods of other families, by how their names
// begin; of several beginnings the longest counts. Documents don't say it. A
// server has most of them carried out elsewhere for whoever is logged in.
// Source: https://atproto.com/specs/xrpc#service-proxying
func further() map[string]Rule {
	session := Rule{Takes: AnyAccessToken, TakenDown: takenDown, Deleted: accountNotFound}
	anybody := Rule{Takes: NoCredentials}
	return map[string]Rule{
		"":                           session,
		"chat.bsky.":                 {Takes: AccessToken | PrivilegedAppPasswordToken, TakenDown: takenDown, Deleted: accountNotFound},
		"com.atproto.admin.":         {Takes: AdminPassword},
		"com.atproto.identity.resol": anybody,
		"com.atproto.label.query":    anybody,
		"com.atproto.lexicon.":       anybody,
		"com.atproto.repo.describe":  anybody,
		"com.atproto.repo.get":       anybody,
		"com.atproto.repo.listR":     anybody,
		"com.atproto.sync.":          anybody,
		"com.atproto.temp.":          anybody,
	}
}

// FurtherRule is who may call a method for which there is no handler here.
func FurtherRule(nsid string) Rule {
	best, rules := "", further()
	for beginning := range rules {
		if strings.HasPrefix(nsid, beginning) && len(beginning) > len(best) {
			best = beginning
		}
	}
	return rules[best]
}

// WriteRule is who may write records: any session, also of an app password, of
// an account that is active.
func WriteRule() Rule {
	return Rule{Takes: AnyAccessToken, TakenDown: takenDown, Deactivated: inactive, Deleted: accountNotFound}
}

// AdmitAny returns whom a request stands for that needs no credentials: nobody
// where it has none. Credentials that are there must be valid.
func (s *Server) AdmitAny(r *http.Request) (xrpc.Caller, error) {
	header := r.Header.Get("Authorization")
	if strings.HasPrefix(header, "Basic ") {
		return s.admin(r)
	}
	return s.session(r, Rule{Takes: NoCredentials | AnyAccessToken | TakendownToken | RefreshToken})
}
