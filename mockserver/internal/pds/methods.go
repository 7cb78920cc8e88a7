package pds

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// Prefix begins the NSID of every method.
const Prefix = "com.atproto.server."

// ShortName is the name by which people call a method: without the prefix that
// nearly all share.
func ShortName(nsid string) string { return strings.TrimPrefix(nsid, Prefix) }

// LongName is the NSID that ShortName made a name of.
func LongName(name string) string {
	if strings.Contains(name, ".") {
		return name // of another family
	}
	return Prefix + name
}

// method is one row of the table of what is served. Its fields have no names
// in the table, so that none can be left out.
type method struct {
	name    string // the NSID without Prefix
	access  Access
	effects effects
	handle  func(*Server, context.Context, *xrpc.Call) (lexval.Object, error)
	keeps   []string // members of the output that are sent even where the document lacks them
}

// effects tells whether a method changes anything, which no document does.
type effects bool

const (
	reads  effects = false
	writes effects = true
)

// methods is the one table of what is served, with who may call it.
func methods() []method {
	public := Access{"2023-04": {Takes: NoCredentials}}
	administrator := Access{"2023-04": {Takes: AdminPassword}}
	// owner is the account itself, with its own password.
	owner := Rule{Takes: AccessToken, TakenDown: takenDown, Deleted: accountNotFound}
	// anySession is any session of an account that is not taken down.
	anySession := Rule{Takes: AnyAccessToken, TakenDown: takenDown, Deleted: accountNotFound}
	return []method{
		{"activateAccount", Access{"2026-07": {Takes: AccessToken, Deleted: accountNotFound}}, writes, (*Server).activateAccount, nil},
		{"checkAccountStatus", Access{"2026-07": {Takes: AnyAccessToken}}, reads, (*Server).checkAccountStatus, nil},
		{"confirmEmail", Access{"2026-07": anySession}, writes, (*Server).confirmEmail, nil},
		{"createAccount", Access{
			"2023-04": {Takes: NoCredentials},
			"2026-07": {Takes: NoCredentials | ServiceToken},
		}, writes, (*Server).createAccount, nil},
		{"createAppPassword", Access{
			"2023-04": {Takes: AccessToken, TakenDown: takenDown, Deleted: unknownAccount},
			"2026-07": owner,
		}, writes, (*Server).createAppPassword, nil},
		{"createInviteCode", administrator, writes, (*Server).createInviteCode, nil},
		{"createInviteCodes", administrator, writes, (*Server).createInviteCodes, nil},
		{"createSession", public, writes, (*Server).createSession, nil},
		{"deactivateAccount", Access{
			"2026-07": {Takes: AccessToken | TakendownToken, Deleted: unknownAccount},
		}, writes, (*Server).deactivateAccount, nil},
		{"deleteAccount", public, writes, (*Server).deleteAccount, nil},
		{"deleteSession", Access{
			"2023-04": {Takes: RefreshToken, AnyAge: true, BodyFirst: true},
			"2026-07": {Takes: RefreshToken, AgeOpen: true},
		}, writes, (*Server).deleteSession, nil},
		{"describeServer", public, reads, (*Server).describeServer, []string{"did"}},
		{"getAccountInviteCodes", Access{
			"2023-04": {Takes: AnyAccessToken, TakenDown: takenDown, Deleted: takenDown},
			"2026-07": {Takes: AccessToken, TakenDown: takenDown, Deactivated: inactive, Deleted: accountNotFound},
		}, writes, (*Server).getAccountInviteCodes, nil},
		{"getServiceAuth", Access{
			"2026-07": {Takes: AnyAccessToken | TakendownToken, Deleted: accountNotFound},
		}, reads, (*Server).getServiceAuth, nil},
		{"getSession", Access{
			"2023-04": {Takes: AnyAccessToken, TakenDown: unknownAccount, Deleted: unknownAccount},
		}, reads, (*Server).getSession, nil},
		{"listAppPasswords", Access{
			"2023-04": {Takes: AnyAccessToken, TakenDown: takenDown, Deleted: unknownAccount},
		}, reads, (*Server).listAppPasswords, nil},
		{"refreshSession", Access{
			"2023-04": {Takes: RefreshToken, TakenDown: takenDown, Deleted: unknownAccount},
		}, writes, (*Server).refreshSession, nil},
		{"requestAccountDelete", Access{
			"2023-04": {Takes: AnyAccessToken, TakenDown: takenDown, Deleted: takenDown},
			"2026-07": owner,
		}, writes, (*Server).requestAccountDelete, nil},
		{"requestEmailConfirmation", Access{"2026-07": anySession}, writes, (*Server).requestEmailConfirmation, nil},
		{"requestEmailUpdate", Access{"2026-07": owner}, writes, (*Server).requestEmailUpdate, nil},
		{"requestPasswordReset", public, writes, (*Server).requestPasswordReset, nil},
		{"reserveSigningKey", Access{"2026-07": {Takes: NoCredentials}}, writes, (*Server).reserveSigningKey, nil},
		{"resetPassword", public, writes, (*Server).resetPassword, nil},
		{"revokeAppPassword", Access{"2023-04": {Takes: AnyAccessToken}}, writes, (*Server).revokeAppPassword, nil},
		{"updateEmail", Access{"2026-07": owner}, writes, (*Server).updateEmail, nil},
	}
}

// Rules returns who may call each method for which there is a handler, as in
// the revision that documents resemble most. A method of which nothing says so
// is an error.
func Rules(catalog *lexicons.Catalog) (map[string]Rule, error) {
	revision, rules := RevisionOf(catalog), map[string]Rule{}
	for _, m := range methods() {
		rule, declared := m.access.since(revision)
		if !declared {
			return nil, fmt.Errorf("nothing says who may call %s", m.name)
		}
		rules[Prefix+m.name] = rule
	}
	return rules, nil
}

// Rule returns who may call a method.
func (s *Server) Rule(nsid string) Rule { return s.rules[nsid] }

// Endpoints is the table as the pipeline takes it.
func (s *Server) Endpoints() []xrpc.Endpoint {
	var endpoints []xrpc.Endpoint
	for _, m := range methods() {
		rule := s.rules[Prefix+m.name]
		endpoint := xrpc.Endpoint{
			NSID: Prefix + m.name, Writes: bool(m.effects), AuthorizeLast: rule.BodyFirst, Keeps: m.keeps, Unwritten: s.unwritten(Prefix + m.name),
			Handle: func(ctx context.Context, call *xrpc.Call) (lexval.Object, error) { return m.handle(s, ctx, call) },
		}
		if rule.Takes&^(NoCredentials|ServiceToken) != 0 { // a service token is for the handler to verify
			endpoint.Authorize = func(r *http.Request) (xrpc.Caller, error) { return s.Admit(r, rule) }
		}
		endpoints = append(endpoints, endpoint)
	}
	return endpoints
}

// writes reports whether the method of that NSID changes anything.
func (s *Server) writes(nsid string) bool {
	return slices.ContainsFunc(methods(), func(m method) bool { return Prefix+m.name == nsid && bool(m.effects) })
}
