package faults

import (
	"slices"
	"strings"
	"sync"

	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/pds"
	"github.com/pdsconform/pdsconform/mockserver/internal/store"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

const (
	addAppPassword    = "createAppPassword"
	listAppPasswords  = "listAppPasswords"
	revokeAppPassword = "revokeAppPassword"
)

// beginning is a date on which nothing was made.
const beginning = "1970-01-01T00:00:00.000Z"

// nameTaken refuses a name for which a sound server has another use.
func nameTaken(name, description string, taken func(s faultyCall, asked string) bool) defect {
	return behaviour(addAppPassword, name, description, func(s faultyCall) (lexval.Object, error) {
		if taken(s, s.text("name")) {
			return nil, xrpc.InvalidRequest("An app password of that name exists already")
		}
		return s.carryOut()
	})
}

func createAppPasswordDefects() []defect {
	return []defect{
		answering(addAppPassword, "password-useless", "answers with a password that is good for nothing", "password",
			func(s faultyCall, _ any) any { return s.core.AppPasswordText() }),
		answering(addAppPassword, "name-changed", "gives the app password another name", "name",
			func(s faultyCall, _ any) any { return "app password of " + s.core.Named(s.caller()).Handle }),
		answering(addAppPassword, "date-wrong", "tells a date on which nothing was made", "createdAt",
			func(faultyCall, any) any { return beginning }),
		behaviour(addAppPassword, "account-password-replaced", "makes the app password the account's only one", func(s faultyCall) (lexval.Object, error) {
			output, err := s.carryOut()
			if text, made := valueOf(output, "password").(string); made {
				s.setPassword(s.core.Named(s.caller()), text)
			}
			return output, err
		}),
		behaviour(addAppPassword, "taken-name-server-error", "answers a name that is in use with status 500", func(s faultyCall) (lexval.Object, error) {
			output, err := s.carryOut()
			if isNamed(err, "InvalidRequest") {
				err = crash()
			}
			return output, err
		}),
		nameTaken("name-case-ignored", "takes two letter cases for one name", func(s faultyCall, asked string) bool {
			return slices.ContainsFunc(s.core.Store.AppPasswords(s.caller()), func(p store.AppPassword) bool { return strings.EqualFold(p.Name, asked) })
		}),
		nameTaken("names-shared", "takes a name for taken that another account uses", func(s faultyCall, asked string) bool {
			return slices.ContainsFunc(s.core.Store.Accounts(), func(a store.Account) bool {
				return slices.ContainsFunc(s.core.Store.AppPasswords(a.DID), func(p store.AppPassword) bool { return p.Name == asked })
			})
		}),
		behaviour(addAppPassword, "same-password-again", "gives the same password each time", func(s faultyCall) (lexval.Object, error) {
			const text = "same-same-same-same"
			output, err := s.carryOut()
			if err == nil {
				s.core.Alter(func(tx *store.Tx) {
					passwords := slices.Clone(tx.AppPasswords(s.caller()))
					passwords[len(passwords)-1].Password = s.core.NewPassword(text)
					tx.PutAppPasswords(s.caller(), passwords)
				})
			}
			return with(output, "password", text), err
		}),
		behaviour(addAppPassword, "earlier-revoked", "revokes the earlier app passwords", func(s faultyCall) (lexval.Object, error) {
			output, err := s.carryOut()
			if err == nil {
				s.core.Alter(func(tx *store.Tx) {
					passwords := tx.AppPasswords(s.caller())
					tx.PutAppPasswords(s.caller(), passwords[len(passwords)-1:])
				})
			}
			return output, err
		}),
	}
}

// listing changes the list of an answer.
func listing(method, name, description, member string, change func(faultyCall, []any) []any) defect {
	return answering(method, name, description, member, func(s faultyCall, list any) any { return change(s, list.([]any)) })
}

// inEach sets a member of every element.
func inEach(member string, value func(faultyCall, lexval.Object) any) func(faultyCall, []any) []any {
	return func(s faultyCall, list []any) []any {
		changed := []any{}
		for _, element := range list {
			changed = append(changed, with(element.(lexval.Object), member, value(s, element.(lexval.Object))))
		}
		return changed
	}
}

func describeAppPasswords(passwords []store.AppPassword) []any {
	list := []any{}
	for _, password := range passwords {
		list = append(list, lexval.Object{pds.Field("name", password.Name), pds.Field("createdAt", pds.Timestamp(password.CreatedAt))})
	}
	return list
}

func listAppPasswordsDefects() []defect {
	const member = "passwords"
	return []defect{
		listing(listAppPasswords, "always-empty", "lists nothing", member, func(faultyCall, []any) []any { return []any{} }),
		listing(listAppPasswords, "newest-missing", "does not list the newest", member,
			func(_ faultyCall, list []any) []any { return list[:max(0, len(list)-1)] }),
		listing(listAppPasswords, "names-wrong", "lists other names", member,
			inEach("name", func(_ faultyCall, element lexval.Object) any { return "*" + valueOf(element, "name").(string) })),
		listing(listAppPasswords, "dates-wrong", "lists dates on which nothing was made", member,
			inEach("createdAt", func(faultyCall, lexval.Object) any { return beginning })),
		listing(listAppPasswords, "somebody-elses-listed", "lists the app passwords of all accounts", member, func(s faultyCall, _ []any) []any {
			all := []any{}
			for _, account := range s.core.Store.Accounts() {
				all = append(all, describeAppPasswords(s.core.Store.AppPasswords(account.DID))...)
			}
			return all
		}),
		behaviourOf(listAppPasswords, "passwords-told", "lists the passwords themselves", func(s *server, p *plan) {
			var told sync.Map // by DID and name
			p.act(s, addAppPassword, func(s faultyCall) (lexval.Object, error) {
				output, err := s.carryOut()
				told.Store(s.caller()+s.text("name"), valueOf(output, "password"))
				return output, err
			})
			p.act(s, listAppPasswords, func(s faultyCall) (lexval.Object, error) {
				output, err := s.carryOut()
				list, _ := valueOf(output, member).([]any)
				for i, element := range list {
					text, known := told.Load(s.caller() + valueOf(element.(lexval.Object), "name").(string))
					if !known {
						text = s.core.AppPasswordText() // made before this began
					}
					list[i] = append(element.(lexval.Object), pds.Field("password", text))
				}
				return output, err
			})
		}),
	}
}

// kept remembers the app passwords that were revoked, by DID.
type kept struct {
	mutex sync.Mutex
	of    map[string][]store.AppPassword
}

func (k *kept) add(did string, passwords []store.AppPassword, name string) {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	for _, password := range passwords {
		if password.Name == name {
			k.of[did] = append(k.of[did], password)
		}
	}
}

func (k *kept) get(did string) []store.AppPassword {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	return slices.Clone(k.of[did])
}

// keeping makes a defect of what another method does with revoked passwords.
func keeping(name, description, method string, act func(faultyCall, *kept) (lexval.Object, error)) defect {
	return behaviourOf(revokeAppPassword, name, description, func(s *server, p *plan) {
		revoked := &kept{of: map[string][]store.AppPassword{}}
		p.act(s, revokeAppPassword, func(s faultyCall) (lexval.Object, error) {
			revoked.add(s.caller(), s.core.Store.AppPasswords(s.caller()), s.text("name"))
			return s.carryOut()
		})
		p.act(s, method, func(s faultyCall) (lexval.Object, error) { return act(s, revoked) })
	})
}

func revokeAppPasswordDefects() []defect {
	also := func(name, description string, act func(faultyCall)) defect {
		return behaviour(revokeAppPassword, name, description, func(s faultyCall) (lexval.Object, error) {
			act(s)
			return s.carryOut()
		})
	}
	revoke := func(s faultyCall, did string, doomed func(string) bool) {
		for _, password := range s.core.Store.AppPasswords(did) {
			if doomed(password.Name) {
				s.core.Alter(func(tx *store.Tx) { tx.DeleteAppPassword(did, password.Name) })
			}
		}
	}
	return []defect{
		behaviour(revokeAppPassword, "no-effect", "revokes nothing", func(faultyCall) (lexval.Object, error) { return nil, nil }),
		behaviour(revokeAppPassword, "sessions-survive", "lets the sessions of the app password live on", func(s faultyCall) (lexval.Object, error) {
			sessions := s.core.Store.Sessions(s.caller())
			output, err := s.carryOut()
			s.core.Alter(func(tx *store.Tx) {
				for _, session := range sessions {
					tx.PutSession(session, s.core.Clock.Now())
				}
			})
			return output, err
		}),
		behaviour(revokeAppPassword, "used-tokens-survive", "lets refresh tokens of the app password live on that were used before", func(s faultyCall) (lexval.Object, error) {
			sessions := s.core.Store.Sessions(s.caller())
			output, err := s.carryOut()
			s.revive(sessions, func(session store.Session) bool { return session.Next != "" })
			return output, err
		}),
		behaviour(revokeAppPassword, "wildcard-heeded", "takes a name for a pattern, in which % stands for any text", func(s faultyCall) (lexval.Object, error) {
			if s.text("name") == "%" {
				s.core.Alter(func(tx *store.Tx) { tx.PutAppPasswords(s.caller(), nil) })
			}
			return s.carryOut()
		}),
		behaviour(revokeAppPassword, "unknown-name-refused", "refuses a name that is not in use", func(s faultyCall) (lexval.Object, error) {
			if !slices.ContainsFunc(s.core.Store.AppPasswords(s.caller()), func(p store.AppPassword) bool { return p.Name == s.text("name") }) {
				return nil, xrpc.InvalidRequest("There is no app password of that name")
			}
			return s.carryOut()
		}),
		also("revokes-all", "revokes all app passwords", func(s faultyCall) { revoke(s, s.caller(), func(string) bool { return true }) }),
		also("name-case-ignored", "takes two letter cases for one name", func(s faultyCall) {
			revoke(s, s.caller(), func(name string) bool { return strings.EqualFold(name, s.text("name")) })
		}),
		also("revokes-somebody-elses", "revokes the app passwords of that name of all accounts", func(s faultyCall) {
			for _, account := range s.core.Store.Accounts() {
				revoke(s, account.DID, func(name string) bool { return name == s.text("name") })
			}
		}),
		also("ends-all-sessions", "ends all sessions of the account", func(s faultyCall) {
			s.core.Alter(func(tx *store.Tx) { tx.DeleteSessions(s.caller()) })
		}),
		keeping("still-logs-in", "lets the app password open sessions still", logIn, func(s faultyCall, revoked *kept) (lexval.Object, error) {
			output, err := s.carryOut()
			account := s.core.Named(s.text("identifier"))
			for _, password := range revoked.get(account.DID) {
				if err != nil && password.Password.Matches(s.core.PasswordText(s.text("password"))) {
					return s.enter(account, true)
				}
			}
			return output, err
		}),
		keeping("still-listed", "goes on listing the app password", listAppPasswords, func(s faultyCall, revoked *kept) (lexval.Object, error) {
			output, err := s.carryOut()
			list, _ := valueOf(output, "passwords").([]any)
			return with(output, "passwords", append(list, describeAppPasswords(revoked.get(s.caller()))...)), err
		}),
		keeping("name-stays-taken", "does not let a revoked name be used again", addAppPassword, func(s faultyCall, revoked *kept) (lexval.Object, error) {
			for _, password := range revoked.get(s.caller()) {
				if password.Name == s.text("name") {
					return nil, xrpc.InvalidRequest("An app password of that name existed already")
				}
			}
			return s.carryOut()
		}),
	}
}
