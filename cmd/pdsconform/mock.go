package main

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/mockserver"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// mockSettings holds the flags of the mock.
type mockSettings struct {
	options           mockserver.Options
	userDomains       []string
	minPasswordLength int
	maxPasswordLength int
	rateLimits        []string
	files             mockFiles
	further           furtherSettings
	logFormat         string
	quiet             bool
}

func (a *app) mockCommand() *cobra.Command {
	var s mockSettings
	cmd := &cobra.Command{
		Use:   "mock",
		Short: "Serve the reference mock until it is interrupted",
		Long: `Serves a complete account server in memory, with a control server beside it that
reads mail, moves the clock and takes accounts down. It prints one line when it
is ready; requests are logged to standard error. Interrupted, it answers what is
under way and ends.

An accounts file is YAML or JSON: lists of accounts and of invite codes.

  accounts:
    - handle: alice.test
      email: alice@example.com
      password: correct horse
      did: did:web:alice.example      # as everything below, where it matters
      appPasswords: [{name: phone, password: abcd-efgh-ijkl-mnop}]
      invites: [{code: from-alice, uses: 5}]
      takenDown: true               # or deactivated, emailConfirmed
  invites:
    - {code: welcome, uses: 100, disabled: false}

With --state-file the mock goes on where it was interrupted: accounts, sessions,
codes, mail, the token secret and the clock. Accounts that it doesn't hold yet
are added from --accounts.

Methods that the mock doesn't serve are answered by --answers, else by --fallback,
else, where --lexicons has their documents, by an example made from the output
schema. The header X-Pdsconform-Answered-By says which. A file of answers:

  answers:
    - method: app.bsky.actor.getProfile
      params: {actor: alice.test}     # also account, input; without them all calls
      json: {did: "{{.DID}}", handle: "{{.Handle}}", displayName: Alice}
    - {method: com.example.ping, text: pong, public: true}`,
		Example: `  pdsconform mock
  pdsconform mock --listen 127.0.0.1:0 --control-listen 127.0.0.1:0 --quiet
  pdsconform mock --invite-required --invite-interval 24h --seed 1
  pdsconform mock --smtp 127.0.0.1:1025
  pdsconform mock --accounts people.yaml --state-file mock-state.json
  pdsconform mock --tls --tls-ca mock-ca.pem --hostname pds.localhost
  pdsconform mock --tls-cert cert.pem --tls-key key.pem
  pdsconform mock --latency 200ms --rate-limit 3000/5m --log-format json
  pdsconform mock --scenario chaos.yaml
  pdsconform mock --lexicons ./lexicons --answers answers.yaml
  pdsconform mock --fallback http://127.0.0.1:3000
  pdsconform mock --revision 2026-07 --public-url https://pds.example.test`,
		Args: mockArgs,
	}
	cmd.AddCommand(a.defectsCommand(), a.variantsCommand())
	s.bind(cmd.Flags())
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		options, err := s.complete(a)
		if err != nil {
			return err
		}
		server, err := mockserver.New(options)
		if listening := new(net.OpError); errors.As(err, &listening) {
			return usagef("%s (a port of 0 picks a free one)", err)
		}
		if err != nil {
			return usagef("%s", oneLine(err.Error()))
		}
		defer server.Close()
		if err := s.files.writeAuthority(server); err != nil {
			return err
		}
		if _, err := fmt.Fprintf(a.stdout, "mock ready at %s (control %s)\n", server.URL, server.ControlURL); err != nil {
			return fmt.Errorf("print ready line: %w", err)
		}
		<-cmd.Context().Done()
		server.Close()
		return saveState(server, options.StateFile)
	}
	return cmd
}

func (s *mockSettings) bind(flags *pflag.FlagSet) {
	o := &s.options
	flags.StringVar(&o.Listen, "listen", "127.0.0.1:2583", "`ADDRESS` to serve at")
	flags.StringVar(&o.ControlListen, "control-listen", "127.0.0.1:2584", "`ADDRESS` of the control server")
	flags.StringVar(&o.Revision, "revision", lexicons.DefaultRevision, "`revision` of the lexicon documents that is served")
	flags.StringVar(&o.PublicURL, "public-url", "", "`URL` that the mock calls itself (default: the address of the request)")
	flags.StringVar(&o.PLC, "plc", "", "`URL` of a PLC directory to look accounts from elsewhere up in (default: the mock's own)")
	flags.StringVar(&o.Hostname, "hostname", "localhost", "public `name` of the server")
	flags.StringSliceVar(&s.userDomains, "user-domain", []string{".test"}, "`domain` that handles can be had in (repeatable)")
	flags.StringVar(&o.AdminPassword, "admin-password", "admin-pass", "`password` of the user admin")
	flags.BoolVar(&o.InviteRequired, "invite-required", false, "accounts need an invite code")
	flags.DurationVar(&o.InviteInterval, "invite-interval", 0, "`age` that earns an account an invite code, 0 for none")
	flags.Var(smtpServer{&o.Mailer}, "smtp", "`HOST:PORT` of an SMTP server to send mail to, besides the control server's outbox")
	flags.StringSliceVar(&o.Defects, "defect", nil, "inject this fault: an `ID` that pdsconform mock defects lists (repeatable)")
	flags.StringSliceVar(&o.Odd, "odd", nil, "use legal but unusual variants: all, or with --odd=NAME the one that pdsconform mock variants lists (repeatable)")
	flags.Lookup("odd").NoOptDefVal = "all"
	bindScenarios(flags, &o.Scenarios)
	s.further.bind(flags, &o.Answers)
	flags.BoolVar(&o.FallbackCredentials, "fallback-credentials", false, "leave the Authorization header in what goes to --fallback")
	flags.IntVar(&s.minPasswordLength, "min-password-length", 8, "fewest `characters` of an account password")
	flags.IntVar(&s.maxPasswordLength, "max-password-length", 256, "most `characters` of an account password, 0 for no bound")
	flags.StringVar(&o.JWTSecret, "jwt-secret", "", "`secret` that signs tokens (default: random)")
	flags.Uint64Var(&o.Seed, "seed", 0, "fixes everything that is random (default: random)")
	flags.StringVar(&s.files.accounts, "accounts", "", "YAML or JSON `FILE` of accounts and invite codes to start with")
	flags.StringVar(&o.StateFile, "state-file", "", "`FILE` that the state is read from, and written to when the mock is interrupted")
	flags.BoolVar(&o.TLS, "tls", false, "serve HTTPS, with a certificate made for --hostname, localhost and the loopback addresses")
	flags.StringVar(&s.files.tlsCA, "tls-ca", "", "`FILE` to write the authority to that --tls makes, for clients to trust")
	flags.StringVar(&s.files.tlsCert, "tls-cert", "", "`FILE` of the certificate to serve HTTPS with, in PEM, its chain after it")
	flags.StringVar(&s.files.tlsKey, "tls-key", "", "`FILE` of that certificate's key, in PEM")
	flags.DurationVar(&o.Latency, "latency", 0, "`time` that each request waits before it is looked at")
	flags.StringSliceVar(&s.rateLimits, "rate-limit", nil, "`N/TIME` for each address, such as 3000/5m; createSession=30/5m for one method, with /account behind it for each account; real for those of a server of the field (repeatable)")
	flags.StringVar(&o.Links.PrivacyPolicy, "privacy-policy", links().PrivacyPolicy, "`URL` that describeServer tells")
	flags.StringVar(&o.Links.TermsOfService, "terms-of-service", links().TermsOfService, "`URL` that describeServer tells")
	flags.StringSliceVar(&o.ReservedNames, "reserved-name", nil, "first `label` of handles that nobody can have, besides the usual ones (repeatable)")
	flags.StringVar(&s.logFormat, "log-format", "text", "text or json")
	flags.BoolVar(&s.quiet, "quiet", false, "log no requests, only what went wrong")
}

// complete returns the options of the server, or says which flag is wrong.
func (s *mockSettings) complete(a *app) (options mockserver.Options, err error) {
	options = s.options
	options.UserDomains = s.userDomains
	options.MinPasswordLength, options.MaxPasswordLength = s.minPasswordLength, s.maxPasswordLength
	switch {
	case options.Listen == "" || options.ControlListen == "":
		return options, usagef("--listen and --control-listen need an address, such as 127.0.0.1:0")
	case options.AdminPassword == "":
		return options, usagef("--admin-password needs a password")
	case s.minPasswordLength < 0:
		return options, usagef("--min-password-length can't be below 0")
	case s.maxPasswordLength < 0:
		return options, usagef("--max-password-length can't be below 0")
	case !slices.Contains(lexicons.Revisions(), options.Revision):
		return options, usagef("--revision must be one of %s, not %q", strings.Join(lexicons.Revisions(), ", "), options.Revision)
	case options.InviteInterval < 0:
		return options, usagef("--invite-interval can't be below 0")
	case options.InviteInterval > 0 && options.InviteInterval < time.Second:
		return options, usagef("--invite-interval needs a second at least")
	}
	const unbounded = -1 // the library's word for no bound
	if s.minPasswordLength == 0 {
		options.MinPasswordLength = unbounded
	}
	if s.maxPasswordLength == 0 {
		options.MaxPasswordLength = unbounded
	}
	if options.RateLimits, err = rateLimits(s.rateLimits); err != nil {
		return options, usagef("--rate-limit: %s", err)
	}
	if err := s.files.read(&options); err != nil {
		return options, err
	}
	if err := s.further.complete(&options); err != nil {
		return options, err
	}
	options.Logger, err = a.mockLogger(s.logFormat, s.quiet)
	return options, err
}

// rateLimits reads limits, one of which may stand for those of a server of the
// field.
func rateLimits(texts []string) (limits []mockserver.RateLimit, err error) {
	for _, text := range texts {
		if text == "real" {
			limits = append(limits, mockserver.RealRateLimits()...)
			continue
		}
		limit, err := mockserver.ParseRateLimit(text)
		if err != nil {
			return nil, err
		}
		limits = append(limits, limit)
	}
	return limits, nil
}
