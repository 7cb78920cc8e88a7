package pds

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// What a handle may be on this server, beyond its syntax.
const (
	MinHandleName = 3  // characters before the domain
	MaxHandle     = 30 // characters in all
	shortLabel    = 18 // characters before the domain, where the server is strict about that
)

// TopLevelIsBanned reports whether a name ends in a label that is never given
// out, since it means nothing on the internet.
// Source: https://atproto.com/specs/handle#additional-non-syntax-restrictions
func TopLevelIsBanned(name string) bool {
	label := name[strings.LastIndexByte(name, '.')+1:]
	return slices.Contains([]string{"arpa", "internal", "invalid", "local", "localhost", "onion"}, label)
}

// checkHandle holds a well-formed lower-case handle against the rules of this
// server.
func (s *Server) checkHandle(handle string) error {
	domain := s.DomainOf(handle)
	if TopLevelIsBanned(handle) || domain == "" {
		return xrpc.Fail("UnsupportedDomain", "Not a supported handle domain")
	}
	name := strings.TrimSuffix(handle, domain)
	switch {
	case strings.Contains(name, "."):
		return xrpc.Fail("InvalidHandle", "Invalid characters in handle")
	case len(name) < MinHandleName:
		return xrpc.Fail("InvalidHandle", "Handle too short")
	case len(handle) > MaxHandle, s.config.Variants.ShortLabels && len(name) > shortLabel:
		return xrpc.Fail("InvalidHandle", "Handle too long")
	case isReserved(name), slices.Contains(s.settings.Load().ReservedNames, name):
		return xrpc.Fail("HandleNotAvailable", "Reserved handle")
	}
	return nil
}

// DomainOf is the longest user domain that the handle ends in, or "".
func (s *Server) DomainOf(handle string) string {
	longest := ""
	for _, domain := range s.config.UserDomains {
		if strings.HasSuffix(handle, domain) && len(domain) > len(longest) {
			longest = domain
		}
	}
	return longest
}

// passwordProblem says what is wrong with a new account password, or "".
func (s *Server) passwordProblem(password string) string {
	length, settings := utf8.RuneCountInString(password), s.settings.Load()
	if length < settings.MinPasswordLength {
		return fmt.Sprintf("Password must have at least %d characters", settings.MinPasswordLength)
	}
	if settings.MaxPasswordLength > 0 && length > settings.MaxPasswordLength {
		return fmt.Sprintf("Password must have at most %d characters", settings.MaxPasswordLength)
	}
	return ""
}
