package pds

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/nearest"
	"github.com/pdsconform/pdsconform/mockserver/internal/ratelimit"
)

// Settings are what a server goes by and may be changed while it runs.
type Settings struct {
	InviteRequired    bool     `json:"inviteRequired"`
	MinPasswordLength int      `json:"minPasswordLength"` // in characters; 0 is no such bound
	MaxPasswordLength int      `json:"maxPasswordLength"` // in characters; 0 is no such bound
	Links             Links    `json:"links"`
	ReservedNames     []string `json:"reservedNames"` // first labels of handles that nobody can have, besides the list that every server has

	// RateLimits are held against each call of a method. Those that are for one
	// have its NSID, or what is left of it behind com.atproto.server.
	RateLimits []ratelimit.RateLimit `json:"rateLimits"`
}

// settled are settings that hold, with what follows from them.
type settled struct {
	Settings
	description func() lexval.Object // of describeServer
}

// Settings returns what the server goes by now.
func (s *Server) Settings() Settings {
	settings := s.settings.Load().Settings
	settings.ReservedNames, settings.RateLimits = slices.Clone(settings.ReservedNames), slices.Clone(settings.RateLimits)
	return settings
}

// RateLimits are those that hold, for reading only.
func (s *Server) RateLimits() []ratelimit.RateLimit { return s.settings.Load().RateLimits }

// SetSettings changes what the server goes by. The error begins with the name of
// the field that is no good, and then nothing changes.
func (s *Server) SetSettings(settings Settings) error {
	if err := settings.check(); err != nil {
		return err
	}
	settings.ReservedNames = append([]string{}, settings.ReservedNames...)
	settings.RateLimits = append([]ratelimit.RateLimit{}, settings.RateLimits...)
	for i := range settings.RateLimits {
		limit := &settings.RateLimits[i]
		if err := cmp.Or(limit.Check(), s.completeMethod(&limit.Method)); err != nil {
			return fmt.Errorf("rateLimits[%d]: %w", i, err)
		}
	}
	s.settings.Store(&settled{settings, sync.OnceValue(func() lexval.Object { return s.describe(settings) })})
	return nil
}

// completeMethod makes the NSID of a method of its short name.
func (s *Server) completeMethod(name *string) error {
	if *name == "" || lexval.IsNSID(*name) {
		return nil
	}
	if s.config.Catalog.Method(Prefix+*name) == nil {
		return fmt.Errorf("%q is no method of this server%s", *name, nearest.Hint(*name, s.shortNames()))
	}
	*name = Prefix + *name
	return nil
}

func (s *Server) shortNames() []string {
	var names []string
	for _, document := range s.config.Catalog.Documents() {
		names = append(names, ShortName(document.ID))
	}
	return names
}

// check returns what keeps settings from making sense, beginning with the field.
func (s Settings) check() error {
	switch {
	case s.MinPasswordLength < 0:
		return fmt.Errorf("minPasswordLength: %d is below 0; 0 is no bound", s.MinPasswordLength)
	case s.MaxPasswordLength < 0:
		return fmt.Errorf("maxPasswordLength: %d is below 0; 0 is no bound", s.MaxPasswordLength)
	case s.MaxPasswordLength > 0 && s.MinPasswordLength > s.MaxPasswordLength:
		return fmt.Errorf("minPasswordLength: no password can have at least %d and at most %d characters", s.MinPasswordLength, s.MaxPasswordLength)
	}
	for name, address := range map[string]string{"privacyPolicy": s.Links.PrivacyPolicy, "termsOfService": s.Links.TermsOfService} {
		if parsed, err := url.Parse(address); address != "" && (err != nil || parsed.Host == "" || parsed.Scheme != "https" && parsed.Scheme != "http") {
			return fmt.Errorf("links: %s %q is no URL, such as https://example.com/%s", name, address, name)
		}
	}
	for i, name := range s.ReservedNames {
		if strings.ToLower(name) != name || !lexval.IsHandle(name+".test") {
			return fmt.Errorf("reservedNames[%d]: %q is no first label of a handle in lower case, such as staff", i, name)
		}
	}
	return nil
}
