package mockserver

import (
	"time"

	"github.com/pdsconform/pdsconform/mockserver/internal/pds"
)

// Account is an account to start with. Handle, Email and Password are
// required; any well-formed handle will do, in any domain, and any password.
// DID (default: a did:plc that is made up), AppPasswords, Invites (codes that
// are the account's to give away) and the states TakenDown, Deactivated and
// EmailConfirmed are optional.
type Account = pds.Account

// AppPassword is an app password to start with: a Name and a Password, which
// may be any text, and whether it is Privileged.
type AppPassword = pds.AppPassword

// Invite is an invite code to start with. Code may be any text; Uses is how many
// accounts can be created with it (default: 1), and Disabled makes it one that
// an administrator has disabled.
type Invite = pds.Invite

// Links are the addresses of a server's legal texts, PrivacyPolicy and
// TermsOfService; empty ones are left out.
// Source: com/atproto/server/describeServer.json#/defs/links
type Links = pds.Links

// Message is one mail that the server sent: its ID, To, From, Subject, Text and
// time, and the Token that the text carries.
type Message = pds.Message

// BeforeCommit is the stage between a method's work and the moment at which
// its changes are written.
const BeforeCommit = pds.BeforeCommit

// ErrUnknownAccount is the error of a DID, handle or e-mail address that no account
// has.
var ErrUnknownAccount = pds.ErrUnknownAccount

// Version is the version of the module that the program was built from.
func Version() string { return pds.Version() }

// SeedAccount adds an account without a sign-up and returns its DID. What is
// taken is an error, as is an ill-formed field. The error begins with the
// field's name.
func (s *Server) SeedAccount(account Account) (did string, err error) {
	return s.core.SeedAccount(account)
}

// PutIdentity makes the DID document of an account on another server known, as
// decoded from JSON, and returns its DID, which may be of any method. It needs id
// and a verificationMethod whose id ends in #atproto, with publicKeyMultibase. A
// service token that the key of that signs moves the account here. The error
// begins with the member that is no good.
func (s *Server) PutIdentity(document map[string]any) (did string, err error) {
	return s.core.PutIdentity(document)
}

// Takedown takes the account that has a DID, handle or e-mail address down, or
// reinstates it. What was taken down loses its sessions for good.
// ErrUnknownAccount where there is no such account.
func (s *Server) Takedown(identifier string, down bool) error {
	return s.core.Takedown(identifier, down)
}

// DisableInviteCode is SetInviteDisabled for a code that is to become useless;
// its owner still sees it listed.
func (s *Server) DisableInviteCode(code string) bool { return s.core.SetInviteDisabled(code, true) }

// Mail returns the messages to an address, oldest first; an empty address
// stands for all.
func (s *Server) Mail(to string) []Message { return s.core.Mail(to) }

// ClearMail empties the outbox. Numbers of messages are not used again.
func (s *Server) ClearMail() { s.core.Outbox.Clear() }

// SetLatency makes a method wait at a stage, which widens the window of a
// race; a delay of zero ends that. The only stage is BeforeCommit, and only
// methods that change something have it.
func (s *Server) SetLatency(nsid, stage string, delay time.Duration) error {
	return s.core.SetLatency(nsid, stage, delay, 0)
}

// Rendezvous makes the calls of a method wait at a stage, as SetLatency does,
// until so many have come or were answered without: then those that wait go on
// together, at the latest after a time. Later calls don't wait.
func (s *Server) Rendezvous(nsid, stage string, calls int, atMost time.Duration) error {
	return s.core.SetLatency(nsid, stage, atMost, calls)
}
