package faults

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"sync"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/pds"
	"github.com/pdsconform/pdsconform/mockserver/internal/store"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// laxity is a way to hold a password against the right one, and not the whole of
// it.
type laxity struct {
	name, words string
	alike       func(given, right string) bool
}

func laxities() []laxity {
	by := func(name, words string, part func(string) string) laxity {
		return laxity{name, words, func(given, right string) bool { return part(given) == part(right) }}
	}
	untilNUL := func(text string) string {
		text, _, _ = strings.Cut(text, "\x00")
		return text
	}
	const few = 8
	return []laxity{
		by("case-ignored", "in any letter case", strings.ToLower),
		by("padding-ignored", "with blanks around it", strings.TrimSpace),
		by("ends-at-nul", "whatever follows NUL", untilNUL),
		by("head-alone", "by its first eight bytes", func(text string) string { return text[:min(few, len(text))] }),
		by("tail-alone", "by its last eight bytes", func(text string) string { return text[max(0, len(text)-few):] }),
	}
}

// cutLaxity looks at no more than so many bytes.
func cutLaxity(cut int) laxity {
	return laxity{fmt.Sprintf("cut-at-%d", cut), fmt.Sprintf("by its first %d bytes", cut), func(given, right string) bool {
		return given[:min(cut, len(given))] == right[:min(cut, len(right))]
	}}
}

// adminLaxities are those of a method that takes the administrator's password.
func adminLaxities(method *lexicons.Method) []defect {
	var all []defect
	for _, lax := range laxities() {
		all = append(all, taking(method, "password-"+lax.name, "takes the password of the administrator "+lax.words,
			func(s *server, r *http.Request, _ error) (xrpc.Caller, error) {
				encoded, isBasic := strings.CutPrefix(authorization(r), "Basic ")
				decoded, _ := base64.StdEncoding.DecodeString(encoded)
				given, isAdmin := strings.CutPrefix(string(decoded), "admin:")
				return xrpc.Caller{}, unless(isBasic && isAdmin && lax.alike(given, s.core.Config().AdminPassword))
			}))
	}
	return all
}

// given are the passwords that were given to accounts, by DID.
type given struct {
	mutex sync.Mutex
	texts map[string][]string
}

func (g *given) add(did, text string) {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	g.texts[did] = append(g.texts[did], text)
}

// like returns those of an account that one is like.
func (g *given) like(did, text string, alike func(given, right string) bool) []string {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	var found []string
	for _, right := range g.texts[did] {
		if alike(text, right) {
			found = append(found, right)
		}
	}
	return found
}

// deletionLaxities compare the password of a deletion alone.
func deletionLaxities() []defect {
	lax := laxities()
	for _, cut := range []int{64, 72, 128, 200} {
		lax = append(lax, cutLaxity(cut))
	}
	var all []defect
	for _, lax := range lax {
		all = append(all, behaviourOf(deletion, "password-"+lax.name, "takes the password "+lax.words, func(s *server, p *plan) {
			known := &given{texts: map[string][]string{}}
			p.act(s, signUp, func(s faultyCall) (lexval.Object, error) {
				text := s.text("password")
				output, err := s.carryOut()
				if did, made := valueOf(output, "did").(string); made {
					known.add(did, text)
				}
				return output, err
			})
			p.act(s, deletion, func(s faultyCall) (lexval.Object, error) {
				for _, right := range known.like(s.text("did"), s.text("password"), lax.alike) {
					s.setInput("password", right)
				}
				return s.carryOut()
			})
		}))
	}
	return all
}

// appPasswordLaxities compare app passwords alone.
func appPasswordLaxities() []defect {
	var all []defect
	for _, lax := range laxities() {
		if lax.name == "case-ignored" {
			continue // see logInPasswordDefects
		}
		all = append(all, behaviourOf(addAppPassword, "password-"+lax.name, "makes passwords that are taken "+lax.words, func(s *server, p *plan) {
			known := &given{texts: map[string][]string{}}
			p.act(s, addAppPassword, func(s faultyCall) (lexval.Object, error) {
				output, err := s.carryOut()
				if text, made := valueOf(output, "password").(string); made {
					known.add(s.caller(), text)
				}
				return output, err
			})
			p.act(s, logIn, func(s faultyCall) (lexval.Object, error) {
				output, err := s.carryOut()
				account, found := s.core.Find(s.text("identifier"))
				if !isNamed(err, "AuthenticationRequired") || !found {
					return output, err
				}
				for _, right := range known.like(account.DID, s.text("password"), lax.alike) {
					session := s.core.NewSession(account.DID)
					if pds.OpenWithAppPassword(s.core.Store.Begin(), &session, right) {
						return s.enter(account, true)
					}
				}
				return output, err
			})
		}))
	}
	return all
}

// nameLaxities take the name of an app password for another.
func nameLaxities() []defect {
	untilNUL := func(text string) string {
		text, _, _ = strings.Cut(text, "\x00")
		return text
	}
	revokingAs := func(name, description string, as func(string) string) defect {
		return behaviour(revokeAppPassword, name, description, func(s faultyCall) (lexval.Object, error) {
			s.core.Alter(func(tx *store.Tx) { tx.DeleteAppPassword(s.caller(), as(s.text("name"))) })
			return s.carryOut()
		})
	}
	return []defect{
		behaviour(addAppPassword, "name-trimmed", "takes the blanks around a name away", func(s faultyCall) (lexval.Object, error) {
			s.setInput("name", strings.TrimSpace(s.text("name")))
			return s.carryOut()
		}),
		revokingAs("name-trimmed", "takes the blanks around a name away", strings.TrimSpace),
		revokingAs("name-ends-at-nul", "takes NUL for the end of a name", untilNUL),
	}
}
