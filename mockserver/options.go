package mockserver

import (
	"cmp"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coder/quartz"
	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/mockserver/internal/faults"
	"github.com/pdsconform/pdsconform/mockserver/internal/further"
	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/pds"
	"github.com/pdsconform/pdsconform/mockserver/internal/plc"
)

// Options is what a server is started with. The zero value of every field
// stands for its default.
type Options struct {
	// Listen and ControlListen are the addresses of the two listeners.
	// Default: 127.0.0.1:0, a free port of the loopback interface.
	Listen, ControlListen string

	// Hostname is the public name: it is the server's did:web, and begins the
	// invite codes. Default: localhost.
	Hostname string

	// UserDomains are the domains in which handles can be had, with or
	// without a leading dot. Default: .test.
	UserDomains []string

	// AdminPassword is the password of the Basic user "admin".
	// Default: admin-pass.
	AdminPassword string

	// InviteRequired makes createAccount ask for an invite code.
	InviteRequired bool

	// InviteInterval is the age that earns an account one invite code of its
	// own. Zero: none are earned.
	InviteInterval time.Duration

	// MinPasswordLength and MaxPasswordLength are the bounds of account
	// passwords, in characters. Default: 8 and 256. A negative value means
	// that there is no such bound.
	MinPasswordLength, MaxPasswordLength int

	// JWTSecret signs the tokens. Default: a random one.
	JWTSecret string

	// Seed fixes all that is random: two servers of one seed that get the
	// same requests in the same order differ in times only. Zero: no two
	// servers are alike.
	Seed uint64

	// Revision is the embedded revision of the documents that is served, one of
	// lexicons.Revisions(). Default: lexicons.DefaultRevision.
	Revision string

	// PublicURL is what the server calls itself in DID documents. Default: the
	// address that a request came to; of a proxy on this machine, the address that
	// X-Forwarded-Proto and X-Forwarded-Host tell.
	PublicURL string

	// PLC is the base URL of a PLC directory, in which the server looks up the
	// identities of accounts that come from elsewhere. The public one is refused.
	// Default: the small directory that the server itself is, at URL.
	PLC string

	// Catalog holds the documents that are served, and goes before Revision. Default: the embedded
	// revision, lexicons.DefaultRevision.
	Catalog *lexicons.Catalog

	// Accounts are there from the start, and again after a Reset. An entry that
	// is wrong is an error of New that names it.
	Accounts []pds.Account

	// Invites are codes that are there from the start, and are nobody's to give
	// away; those of an account stand with it.
	Invites []pds.Invite

	// Identities are DID documents of accounts that are on other servers, as decoded
	// from JSON, which are known from the start and again after a Reset: by their
	// keys service tokens are verified that move an account here. PutIdentity says
	// what they need. Default: none.
	Identities []map[string]any

	// StateFile is a file that SaveState has written: the server goes on where
	// that one was, tokens included, and Reset goes back to there. Accounts
	// and Invites whose handle or code is not in it are added. Where there is no
	// such file, nothing is read; one that is damaged is an error, and stays as
	// it is. Until Close no other server can have it: the error of a second one
	// names the process of the first. Default: nothing is read.
	StateFile string

	// TLS makes URL an https one, with a certificate for Hostname, localhost and
	// the loopback addresses that is made for this server alone: Client trusts
	// it, and CA is what others have to trust. The control listener stays
	// without TLS.
	TLS bool

	// Certificate is what TLS is served with in place of one of the server's
	// own. Default: as TLS says.
	Certificate *tls.Certificate

	// Latency is how long each request to URL waits before it is looked at, by
	// Clock. SetLatency widens single windows.
	Latency time.Duration

	// RateLimit refuses requests of an address that has sent too many, with 429
	// and the headers of the real server. Its windows go by the server's clock.
	// Default: no limit.
	RateLimit RateLimit

	// RateLimits are limits besides it, of single methods; RealRateLimits are
	// those of a server of the field.
	RateLimits []RateLimit

	// ReservedNames are first labels of handles that nobody can have, besides the
	// list that every server has.
	ReservedNames []string

	// Clock is the time that AdvanceClock adds to. Default: the real one.
	Clock quartz.Clock

	// Mailer takes each mail somewhere besides the outbox, once the request has
	// succeeded: smtp.To of the package smtp beside this one to an SMTP server.
	// Default: mail goes to the outbox only.
	Mailer Mailer

	// Logger gets a line for each request at level Info, mail that was not
	// delivered at level Warn, and the mock's own faults at level Error.
	// Default: nothing is logged.
	Logger *slog.Logger

	// Defects are IDs of Defects: what the server does wrong. Default: nothing.
	Defects []string

	// Scenarios are what happens to requests from the start on. Default: nothing.
	Scenarios []Scenario

	// Lexicons are folders of further documents. Their methods are there: who
	// calls them, with what parameters and input, is checked, and they are answered
	// by Answers, by Fallback, or else by an example made from the output schema,
	// which has the header X-Pdsconform-Answered-By: example. Default: none.
	Lexicons []fs.FS

	// Answers are what calls of methods are answered with that the server doesn't
	// serve by itself. Default: nothing.
	Answers []Answer

	// Fallback gets what the server doesn't serve and has no answer for: a stub of
	// yours. The account whose token was sent stands in X-Pdsconform-Did and
	// -Handle, and the token's scope in -Scope; a token that isn't valid never gets
	// there. What it answers with 501, or with a 404 that isn't an error of the
	// protocol, it doesn't serve. FallbackTo makes one of a URL. Default: none.
	Fallback http.Handler

	// FallbackCredentials leaves the Authorization header in what Fallback gets.
	FallbackCredentials bool

	// Odd are names of Freedoms, legal but unusual variants that the server uses, or
	// "all". They win over other options. Default: none.
	Odd []string

	// Links are what describeServer tells of. Default: none.
	Links pds.Links

	variants  faults.Chosen    // what Odd comes to
	directory *plc.Client      // what PLC comes to
	further   further.Catalogs // what Lexicons comes to
}

// embeddedCatalog loads the documents of a revision, once for all servers of a
// process: a catalogue never changes.
func embeddedCatalog(revision string) (*lexicons.Catalog, error) {
	if loaded, ok := embeddedCatalogs.Load(revision); ok {
		return loaded.(*lexicons.Catalog), nil
	}
	catalog, err := lexicons.LoadRevision(revision)
	if err == nil {
		embeddedCatalogs.Store(revision, catalog)
	}
	return catalog, err
}

// embeddedCatalogs are *lexicons.Catalog by the name of the revision.
var embeddedCatalogs sync.Map

// complete returns the options with all defaults set, or says which one can't
// be served.
func (o Options) complete() (Options, error) {
	o.Listen = cmp.Or(o.Listen, "127.0.0.1:0")
	o.ControlListen = cmp.Or(o.ControlListen, "127.0.0.1:0")
	o.Hostname = cmp.Or(o.Hostname, "localhost")
	o.AdminPassword = cmp.Or(o.AdminPassword, "admin-pass")
	o.MinPasswordLength = cmp.Or(o.MinPasswordLength, 8)
	o.MaxPasswordLength = cmp.Or(o.MaxPasswordLength, 256)
	if o.Clock == nil {
		o.Clock = quartz.NewReal()
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Catalog == nil {
		catalog, err := embeddedCatalog(cmp.Or(o.Revision, lexicons.DefaultRevision))
		if err != nil {
			return o, err
		}
		o.Catalog = catalog
	}
	var err error
	if o.variants, err = faults.Choose(o.Catalog, o.Odd); err != nil {
		return o, err
	}
	o.InviteRequired = o.variants.InviteRequired(o.InviteRequired)
	o.UserDomains = o.variants.UserDomains(o.UserDomains)
	if o.variants.AnyPassword() {
		o.MinPasswordLength, o.MaxPasswordLength = -1, -1
	}
	if o.further, err = further.Load(o.Lexicons, cmp.Or(o.Revision, lexicons.DefaultRevision)); err != nil {
		return o, err
	}
	if bad := pds.CheckAccounts(o.Accounts, o.Invites); bad != nil {
		return o, bad
	}
	if err := pds.CheckIdentities(o.Identities); err != nil {
		return o, err
	}
	return o, errors.Join(o.checkNumbers(), o.checkHostname(), o.completeDomains(), o.completeAddresses())
}

// completeAddresses checks the addresses of this server and of the directory.
func (o *Options) completeAddresses() (err error) {
	if o.PublicURL != "" {
		parsed, err := url.Parse(o.PublicURL)
		if err != nil || parsed.Host == "" || parsed.Scheme != "http" && parsed.Scheme != "https" || strings.Trim(parsed.Path, "/") != "" || parsed.RawQuery != "" {
			return fmt.Errorf("public URL: %q must be http:// or https:// and a host, without a path", o.PublicURL)
		}
		o.PublicURL = strings.TrimSuffix(o.PublicURL, "/")
	}
	if o.PLC != "" {
		if o.directory, err = plc.NewClient(o.PLC); err != nil {
			return fmt.Errorf("PLC directory: %w", err)
		}
	}
	return nil
}

// config is what the account server behind the listeners is made of.
func (o *Options) config() pds.Config {
	return pds.Config{
		Catalog: o.Catalog, PublicURL: o.PublicURL, PLC: o.directory,
		Hostname: o.Hostname, UserDomains: o.UserDomains, AdminPassword: o.AdminPassword,
		InviteInterval: o.InviteInterval, JWTSecret: o.JWTSecret, Clock: o.Clock, Seed: o.Seed,
		Variants: o.variants.Handlers(), Settings: o.settings(),
	}
}

// settings are what the server goes by to begin with.
func (o *Options) settings() Settings {
	limits := o.RateLimits
	if o.RateLimit != (RateLimit{}) {
		limits = append(slices.Clone(limits), o.RateLimit)
	}
	return Settings{
		InviteRequired: o.InviteRequired, MinPasswordLength: max(0, o.MinPasswordLength), MaxPasswordLength: max(0, o.MaxPasswordLength),
		Links: o.Links, ReservedNames: o.ReservedNames, RateLimits: limits,
	}
}

func (o *Options) checkNumbers() error {
	if o.InviteInterval < 0 {
		return fmt.Errorf("invite interval %s is negative", o.InviteInterval)
	}
	if o.Latency < 0 || o.Latency > pds.MaxLatency {
		return fmt.Errorf("latency %s is not between 0 and %s", o.Latency, pds.MaxLatency)
	}
	return nil
}

// hostname is one or more labels of letters, digits and inner hyphens.
// Source: https://www.rfc-editor.org/rfc/rfc1123#section-2.1
var hostname = regexp.MustCompile(`^(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.|$))+$`)

func (o *Options) checkHostname() error {
	if !hostname.MatchString(o.Hostname) || strings.HasSuffix(o.Hostname, ".") || len(o.Hostname) > 253 {
		return fmt.Errorf("hostname %q is no host name", o.Hostname)
	}
	return nil
}

func (o *Options) completeDomains() error {
	if len(o.UserDomains) == 0 {
		o.UserDomains = []string{".test"}
	}
	domains := make([]string, 0, len(o.UserDomains))
	for _, given := range o.UserDomains {
		domain := "." + strings.ToLower(strings.TrimPrefix(given, "."))
		if !lexval.IsHandle("name" + domain) {
			return fmt.Errorf("user domain %q: no handle could end in it", given)
		}
		if pds.TopLevelIsBanned(domain) {
			return fmt.Errorf("user domain %q: handles under this top-level name are never given out", given)
		}
		domains = append(domains, domain)
	}
	o.UserDomains = domains
	return nil
}
