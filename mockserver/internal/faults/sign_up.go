package faults

import (
	"net/http"
	"slices"
	"strings"

	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/pds"
	"github.com/pdsconform/pdsconform/mockserver/internal/store"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

const signUp = "createAccount"

// instead signs up under a handle or with an address that nobody has, and
// answers as if it were what was asked for.
func (s faultyCall) instead(members ...string) (lexval.Object, error) {
	asked := strings.ToLower(s.text("handle"))
	if slices.Contains(members, "handle") {
		s.setInput("handle", s.core.Entropy.Base32(12)+s.core.Config().UserDomains[0])
	}
	if slices.Contains(members, "email") {
		s.setInput("email", s.core.Entropy.Base32(12)+"@example.com")
	}
	output, err := s.carryOut()
	return with(output, "handle", asked), err
}

// withCode signs up with a code that is good, where that of the request
// deserves it.
func (s faultyCall) withCode(deserves func(invite store.Invite, found bool) bool) (lexval.Object, error) {
	if deserves(s.core.Store.Begin().Invite(s.text("inviteCode"))) {
		good := s.core.NewInvites(1, pds.AdminAccount, pds.AdminAccount, 1)
		s.core.Alter(func(tx *store.Tx) { tx.AddInvites(good) })
		s.setInput("inviteCode", good[0].Code)
	}
	return s.carryOut()
}

// crash is the fault of a server that blames itself.
func crash() error {
	return &xrpc.Error{Status: http.StatusInternalServerError, Name: "InternalServerError", Message: "Internal Server Error"}
}

func signUpDefects() []defect {
	return slices.Concat(tokenDefects(signUp), somebodyElsesIn(signUp, "did", "handle"), []defect{
		answering(signUp, "handle-case-kept", "keeps the letter case of a handle", "handle",
			func(s faultyCall, _ any) any { return s.text("handle") }),
		behaviour(signUp, "limited-session", "opens a session with the power of an app password only", func(s faultyCall) (lexval.Object, error) {
			output, err := s.carryOut()
			return s.scoped(output, true), err
		}),
		behaviour(signUp, "password-lost", "does not keep the password", func(s faultyCall) (lexval.Object, error) {
			output, err := s.carryOut()
			s.setPassword(s.core.Named(s.text("handle")), s.core.Entropy.Base32(16))
			return output, err
		}),
		behaviour(signUp, "refusal-keeps-handle", "keeps the handle of a sign-up that it refused", func(s faultyCall) (lexval.Object, error) {
			output, err := s.carryOut()
			if _, taken := s.core.Find(s.text("handle")); err != nil && !taken {
				left := s.core.NewAccount(s.text("handle"), s.core.Entropy.Base32(12)+"@example.com", s.core.Entropy.Base32(12))
				s.core.Alter(func(tx *store.Tx) { tx.InsertAccount(left) })
			}
			return output, err
		}),
		behaviour(signUp, "refusal-keeps-email", "keeps the address of a sign-up that it refused", func(s faultyCall) (lexval.Object, error) {
			output, err := s.carryOut()
			if _, taken := s.core.Find(s.text("email")); err != nil && !taken {
				left := s.core.NewAccount(s.core.Entropy.Base32(12)+s.core.Config().UserDomains[0], s.text("email"), s.core.Entropy.Base32(12))
				s.core.Alter(func(tx *store.Tx) { tx.InsertAccount(left) })
			}
			return output, err
		}),
		behaviour(signUp, "email-owner-told", "tells whose an address is that is taken", func(s faultyCall) (lexval.Object, error) {
			owner, taken := s.core.Find(s.text("email"))
			output, err := s.carryOut()
			if taken && err != nil {
				err = xrpc.InvalidRequest("Email already taken by " + owner.Handle)
			}
			return output, err
		}),
		answering(signUp, "same-did-again", "answers with one did for all accounts", "did",
			func(faultyCall, any) any { return "did:plc:oneforall2oneforall2onef" }),
		behaviour(signUp, "password-told", "repeats the password in its refusals", func(s faultyCall) (lexval.Object, error) {
			output, err := s.carryOut()
			return output, telling(err, s.text("password"))
		}),
	})
}

// telling is an error that tells a secret as well.
func telling(err error, secret string) error {
	if refusal, ok := err.(*xrpc.Error); ok { //nolint:errorlint // handlers don't wrap what they refuse with
		return &xrpc.Error{Status: refusal.Status, Name: refusal.Name, Message: refusal.Message + ": " + secret}
	}
	return err
}

// setPassword changes the password of an account, if there is one.
func (s *server) setPassword(account store.Account, password string) {
	if account.DID != "" {
		account.Password = s.core.NewPassword(s.core.PasswordText(password))
		s.core.Alter(func(tx *store.Tx) { tx.UpdateAccount(account) })
	}
}

func signUpHandleDefects() []defect {
	isTaken := func(member string) func(faultyCall) bool {
		return func(s faultyCall) bool { _, taken := s.core.Find(s.text(member)); return taken }
	}
	isCapital := func(member string) func(faultyCall) bool {
		return func(s faultyCall) bool {
			return s.text(member) != strings.ToLower(s.text(member)) && isTaken(member)(s)
		}
	}
	name := func(s faultyCall) string {
		handle := strings.ToLower(s.text("handle"))
		return strings.TrimSuffix(handle, s.core.DomainOf(handle))
	}
	accepting := func(id, description, member string, when func(faultyCall) bool) defect {
		return behaviour(signUp, id, description, func(s faultyCall) (lexval.Object, error) {
			if when(s) {
				return s.instead(member)
			}
			return s.carryOut()
		})
	}
	crashing := func(id, description string, when func(faultyCall) bool) defect {
		return behaviour(signUp, id, description, func(s faultyCall) (lexval.Object, error) {
			if when(s) {
				return nil, crash()
			}
			return s.carryOut()
		})
	}
	return []defect{
		accepting("taken-handle-accepted", "gives a handle to two accounts", "handle", isTaken("handle")),
		accepting("taken-email-accepted", "takes an address for two accounts", "email", isTaken("email")),
		accepting("handle-case-significant", "takes a handle in another letter case for another handle", "handle", isCapital("handle")),
		accepting("email-case-significant", "takes an address in another letter case for another address", "email", isCapital("email")),
		accepting("taken-down-handle-free", "gives away the handle of an account that was taken down", "handle",
			func(s faultyCall) bool { return s.core.Named(s.text("handle")).TakenDown }),
		accepting("foreign-domain-accepted", "gives out handles under domains that are not its own", "handle",
			func(s faultyCall) bool { return s.core.DomainOf(strings.ToLower(s.text("handle"))) == "" }),
		accepting("dotted-handle-accepted", "gives out handles with a dot before the domain", "handle",
			func(s faultyCall) bool {
				return s.core.DomainOf(strings.ToLower(s.text("handle"))) != "" && strings.Contains(name(s), ".")
			}),
		accepting("short-handle-accepted", "gives out handles that are too short", "handle",
			func(s faultyCall) bool { return len(name(s)) < pds.MinHandleName }),
		accepting("long-handle-accepted", "gives out handles that are too long", "handle",
			func(s faultyCall) bool {
				return len(s.text("handle")) > pds.MaxHandle && s.core.DomainOf(strings.ToLower(s.text("handle"))) != ""
			}),
		crashing("foreign-domain-server-error", "answers a domain that is not its own with status 500",
			func(s faultyCall) bool { return s.core.DomainOf(strings.ToLower(s.text("handle"))) == "" }),
		crashing("taken-handle-server-error", "answers a handle that is taken with status 500", isTaken("handle")),
		crashing("taken-email-server-error", "answers an address that is taken with status 500", isTaken("email")),
	}
}

func signUpInviteDefects() []defect {
	accepting := func(name, description string, deserves func(store.Invite, bool) bool) defect {
		return behaviour(signUp, name, description, func(s faultyCall) (lexval.Object, error) {
			if !s.core.Settings().InviteRequired {
				return s.carryOut()
			}
			return s.withCode(deserves)
		})
	}
	return []defect{
		behaviour(signUp, "invites-not-needed", "needs no invite code, though it says so", func(s faultyCall) (lexval.Object, error) {
			return s.withCode(func(store.Invite, bool) bool { return s.core.Settings().InviteRequired && s.text("inviteCode") == "" })
		}),
		accepting("unknown-invite-accepted", "takes invite codes that nobody has made",
			func(_ store.Invite, found bool) bool { return !found }),
		accepting("exhausted-invite-accepted", "takes invite codes beyond their uses",
			func(invite store.Invite, found bool) bool { return found && len(invite.Uses) > 0 && invite.Exhausted() }),
		accepting("useless-invite-accepted", "takes invite codes of no uses",
			func(invite store.Invite, found bool) bool { return found && invite.Available < 1 }),
		behaviour(signUp, "invite-uses-not-counted", "does not count the uses of an invite code", func(s faultyCall) (lexval.Object, error) {
			before, found := s.core.Store.Begin().Invite(s.text("inviteCode"))
			output, err := s.carryOut()
			if err == nil && found {
				s.core.Alter(func(tx *store.Tx) { tx.PutInvite(before) })
			}
			return output, err
		}),
		behaviour(signUp, "invite-used-up-twice-as-fast", "counts each use of an invite code twice", func(s faultyCall) (lexval.Object, error) {
			output, err := s.carryOut()
			if err == nil && s.core.Settings().InviteRequired {
				s.useUp(s.text("inviteCode"), s.core.Named(s.text("handle")).DID)
			}
			return output, err
		}),
		behaviour(signUp, "refusal-uses-invite", "counts the use of an invite code though it refuses the sign-up", func(s faultyCall) (lexval.Object, error) {
			output, err := s.carryOut()
			if err != nil && s.core.Settings().InviteRequired {
				s.useUp(s.text("inviteCode"), s.somebodyElse("").DID)
			}
			return output, err
		}),
	}
}

func (s *server) useUp(code, did string) {
	s.core.Alter(func(tx *store.Tx) {
		if invite, found := tx.Invite(code); found && !invite.Exhausted() {
			tx.UseInvite(code, store.InviteUse{By: did, At: s.core.Clock.Now()})
		}
	})
}

// signUpRaceDefects are what transactions overlook. An invite code that all use
// is no reason to lose.
func signUpRaceDefects() []defect {
	return []defect{
		racing(signUp, "handle-race", "gives a handle to all who ask for it at once", store.Handles, store.Invites),
		racing(signUp, "email-race", "takes an address from all who come with it at once", store.Addresses, store.Invites),
		racing(signUp, "invite-race", "counts one use of an invite code for all who use it at once", store.Invites),
	}
}

// racing is a defect by which a commit of a method does not look at some rows,
// and so wins a race that it has lost.
func racing(method, name, description string, overlooked ...store.Rows) defect {
	return hooked(method, name, description, func(_ *server, hooks *pds.Hooks) {
		before := hooks.Commit
		hooks.Commit = func(nsid string, tx *store.Tx) {
			if before != nil {
				before(nsid, tx)
			}
			if nsid == pds.Prefix+method {
				tx.Overlook(overlooked...)
			}
		}
	})
}
