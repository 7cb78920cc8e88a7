package faults

import (
	"fmt"
	"net/url"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/pds"
)

// passwordDefects are those of a server that doesn't keep or read the whole of
// a password.
func passwordDefects() []defect {
	var all []defect
	for _, cut := range []int{64, 72, 128, 200} {
		all = append(all, mistaking(fmt.Sprintf("password-cut-at-%d", cut), fmt.Sprintf("looks at the first %d bytes of a password only", cut),
			func(text string) string { return text[:min(cut, len(text))] }))
	}
	all = append(all,
		mistaking("password-ends-at-nul", "takes NUL for the end of a password", func(text string) string {
			text, _, _ = strings.Cut(text, "\x00")
			return text
		}),
		mistaking("password-letters-confused", "takes all letters outside ASCII for one", func(text string) string {
			return strings.Map(func(r rune) rune {
				if r >= utf8.RuneSelf {
					return '?'
				}
				return r
			}, text)
		}),
	)
	all = append(all, mistaking("password-plus-blank", "takes a plus sign in a password for a blank",
		func(text string) string { return strings.ReplaceAll(text, "+", " ") }))
	all = append(all, mistaking("password-tail-alone", "looks at the last eight bytes of a password only",
		func(text string) string { return text[max(0, len(text)-8):] }))
	for _, lost := range []struct {
		name, description string
		keep              func(string) string
	}{
		{"long-password-cut", "keeps no more than 64 bytes of a password", func(text string) string { return text[:min(64, len(text))] }},
		{"unicode-password-mangled", "mangles passwords of letters outside ASCII", func(text string) string { return inASCII(text).(string) }},
		{"padded-password-trimmed", "takes the blanks around a password away", strings.TrimSpace},
		{"escaped-password-mangled", "undoes the escapes of URLs in passwords", func(text string) string {
			plain, err := url.QueryUnescape(text)
			if err != nil {
				return text
			}
			return plain
		}},
		{"nul-password-mangled", "leaves NUL out of passwords", func(text string) string { return strings.ReplaceAll(text, "\x00", "") }},
	} {
		for _, method := range []string{signUp, reset} {
			all = append(all, behaviour(method, lost.name, lost.description, func(s faultyCall) (lexval.Object, error) {
				s.setInput("password", lost.keep(s.text("password")))
				return s.carryOut()
			}))
		}
	}
	return all
}

// capitals are the addresses that accounts were signed up with in capitals, by
// what they are in small letters.
type capitals struct {
	mutex sync.Mutex
	given map[string]string
}

func (c *capitals) add(email string) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if small := strings.ToLower(email); small != email {
		c.given[small] = email
	}
}

func (c *capitals) of(email string) string {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.given[strings.ToLower(email)]
}

// capitalDefects are those of a server that keeps an address in capitals.
func capitalDefects() []defect {
	remembering := func(name, description, at string, act func(faultyCall, *capitals) (lexval.Object, error)) defect {
		return behaviourOf(signUp, name, description, func(s *server, p *plan) {
			known := &capitals{given: map[string]string{}}
			p.act(s, at, func(s faultyCall) (lexval.Object, error) { return act(s, known) })
			p.act(s, signUp, func(s faultyCall) (lexval.Object, error) {
				email := s.text("email")
				output, err := s.carryOut()
				if err == nil {
					known.add(email)
				}
				return output, err
			})
		})
	}
	return []defect{
		remembering("email-capitals-significant", "finds an address that was given in capitals in capitals only", logIn,
			func(s faultyCall, known *capitals) (lexval.Object, error) {
				if given := known.of(s.text("identifier")); given != "" && given != s.text("identifier") {
					return nil, pds.WrongCredentials()
				}
				return s.carryOut()
			}),
		remembering("email-capitals-lost", "does not find an address in the capitals that it was given in", logIn,
			func(s faultyCall, known *capitals) (lexval.Object, error) {
				if given := known.of(s.text("identifier")); given != "" && given == s.text("identifier") {
					return nil, pds.WrongCredentials()
				}
				return s.carryOut()
			}),
		remembering("email-capitals-free", "takes an address for free that was given in capitals", signUp,
			func(s faultyCall, known *capitals) (lexval.Object, error) {
				if given := known.of(s.text("email")); given != "" && given != s.text("email") {
					s.setInput("email", "again-"+s.text("email"))
				}
				return s.carryOut()
			}),
	}
}
