// Package pds is an account server of com.atproto.server: a handler for each
// method, with accounts, sessions, codes, mail and the credentials that methods
// ask for. It knows the pipeline that calls its handlers, and must not know
// listeners, faults by name, scenarios or the control protocol: what changes
// its behaviour does so through Hooks and Variants.
package pds

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/quartz"
	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/mockserver/internal/clock"
	"github.com/pdsconform/pdsconform/mockserver/internal/entropy"
	"github.com/pdsconform/pdsconform/mockserver/internal/mail"
	"github.com/pdsconform/pdsconform/mockserver/internal/plc"
	"github.com/pdsconform/pdsconform/mockserver/internal/store"
)

// Config is what an account server is made of. It is complete: nothing in it
// has a default.
type Config struct {
	Catalog        *lexicons.Catalog // the documents that are served
	Hostname       string
	UserDomains    []string // each with a leading dot, in lower case
	AdminPassword  string
	InviteInterval time.Duration // zero: no codes are earned
	JWTSecret      string        // "": a random one
	Settings       Settings      // to begin with
	Clock          quartz.Clock
	Seed           uint64
	Variants       Variants
	PublicURL      string      // without a trailing slash; "": the address that a request came to
	PLC            *plc.Client // where identities are looked up that Directory lacks; nil: nowhere
}

// Links are the addresses of a server's legal texts; empty ones are left out.
// Source: com/atproto/server/describeServer.json#/defs/links
type Links struct {
	PrivacyPolicy  string `json:"privacyPolicy"`
	TermsOfService string `json:"termsOfService"`
}

// Variants are what handlers do otherwise where documents leave it open.
type Variants struct {
	OtherCodes   bool // invite codes, mailed codes and app passwords have another form
	OpaqueTokens bool // tokens are long and no JWT
	NoLinks      bool // describeServer leaves the links out
	NoGrace      bool // a refresh token works once
	SlowDeletion bool // a deletion takes a second to show
	OldTokens    bool // expired tokens are taken where that is open

	InvitesUnsaid    bool // describeServer doesn't say whether an invite code is required
	SameSecondTokens bool // sessions that one password opens in the same second have the same ID
	AccessEnds       bool // an access token ends when its session is logged out
	ShortLabels      bool // the first label of a handle has at most 18 characters
	StrictAddresses  bool // addresses with a plus sign, or at domains that have no mail, are refused

	SignedLinks bool // mails end in a link with a digest in it

	ImportsIgnored     bool // a sign-up takes no notice of plcOp, nor of a did without a token
	BoundServiceTokens bool // no service token is made that names no method
	DIDDocuments       bool // answers about a session hold the DID document
}

// Hooks are where faults change what lies below the handlers. What is nil or
// false changes nothing.
type Hooks struct {
	// Password is what the text of a password is taken for.
	Password func(text string) string
	// Commit is called before each commit of a method.
	Commit func(nsid string, tx *store.Tx)
	// Mail changes a message, or keeps it back.
	Mail func(message *mail.Message) (keptBack bool)
	// Earned is how many invite codes an account gets that has some already.
	Earned func(interval, age time.Duration, invites []store.Invite) int64
	// NeverReinstated makes a takedown final.
	NeverReinstated bool
	// SessionsOutliveTakedown keeps the sessions of an account that is taken down.
	SessionsOutliveTakedown bool
	// AppSessionsOutliveTakedown keeps those that app passwords have opened.
	AppSessionsOutliveTakedown bool
	// TakedownRevokesAppPasswords leaves an account that is taken down none.
	TakedownRevokesAppPasswords bool
}

// Server is an account server without its listeners. All methods are safe for use
// by several goroutines.
type Server struct {
	config  Config
	Clock   *clock.Clock
	Entropy *entropy.Source
	keys
	Store     *store.Store
	Directory plc.Directory // of identities that came from other servers
	Outbox    mail.Outbox
	Latency   latencies
	Hooks     atomic.Pointer[Hooks] // nil on a sound server

	values    values          // of the revision that is served
	rules     map[string]Rule // who may call what, by NSID
	settings  atomic.Pointer[settled]
	loggedOut sync.Map // IDs of sessions whose access tokens have ended, where they do
}

// New makes a server without accounts. saved is nil, or the keys of the
// server that this one continues.
func New(config Config, saved *SavedKeys) (*Server, error) {
	s := &Server{config: config, Clock: clock.New(config.Clock), Entropy: entropy.New(config.Seed), Store: store.New()}
	s.values = valuesOf(RevisionOf(config.Catalog))
	s.keys = s.makeKeys(saved)
	if err := s.SetSettings(config.Settings); err != nil {
		return nil, err
	}
	var err error
	s.rules, err = Rules(config.Catalog)
	return s, err
}

// Config is what the server was made of.
func (s *Server) Config() Config { return s.config }
