package faults

import (
	"slices"
	"time"

	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/pds"
	"github.com/pdsconform/pdsconform/mockserver/internal/store"
)

const (
	createInvite  = "createInviteCode"
	createInvites = "createInviteCodes"
	listInvites   = "getAccountInviteCodes"
)

// saying changes a member of the input.
func saying(method, name, description, member string, value func(faultyCall) any) defect {
	return behaviour(method, name, description, func(s faultyCall) (lexval.Object, error) {
		s.setInput(member, value(s))
		return s.carryOut()
	})
}

func createInviteDefects() []defect {
	return []defect{
		saying(createInvite, "use-count-ignored", "makes codes of one use, whatever was asked for", "useCount",
			func(faultyCall) any { return int64(1) }),
		saying(createInvite, "use-count-multiplied", "makes codes of ten times the uses that were asked for", "useCount",
			func(s faultyCall) any { return 10 * s.call.Input.Integer("useCount") }),
		saying(createInvite, "account-ignored", "does not make the code for the account that was named", "forAccount",
			func(faultyCall) any { return "" }),
		saying(createInvite, "account-of-somebody-else", "makes the code for another account than was named", "forAccount",
			func(s faultyCall) any { return s.somebodyElse(s.text("forAccount")).DID }),
		answering(createInvite, "code-useless", "answers with a code that is good for nothing", "code",
			func(s faultyCall, _ any) any { return s.core.NewInvites(1, "", "", 1)[0].Code }),
		behaviour(createInvite, "same-code-again", "answers with the same code each time", func(s faultyCall) (lexval.Object, error) {
			const code = "localhost-same2-same2"
			invite := s.core.NewInvites(1, pds.AdminAccount, pds.AdminAccount, s.call.Input.Integer("useCount"))[0]
			invite.Code = code
			if _, found := s.core.Store.Begin().Invite(code); !found {
				s.core.Alter(func(tx *store.Tx) { tx.PutInvite(invite) })
			}
			return lexval.Object{pds.Field("code", code)}, nil
		}),
	}
}

// inGifts changes the codes of every account.
func inGifts(change func(faultyCall, []any) []any) func(faultyCall, []any) []any {
	return inEach("codes", func(s faultyCall, gift lexval.Object) any { return change(s, valueOf(gift, "codes").([]any)) })
}

func createInvitesDefects() []defect {
	const member = "codes"
	return []defect{
		saying(createInvites, "code-count-ignored", "makes one code each, whatever was asked for", "codeCount",
			func(faultyCall) any { return int64(1) }),
		saying(createInvites, "use-count-ignored", "makes codes of one use, whatever was asked for", "useCount",
			func(faultyCall) any { return int64(1) }),
		saying(createInvites, "accounts-ignored", "makes codes for the administrator, whoever was named", "forAccounts",
			func(faultyCall) any { return nil }),
		saying(createInvites, "one-account-only", "makes codes for the first account that was named", "forAccounts", func(s faultyCall) any {
			accounts, given := s.call.Input.Strings("forAccounts")
			if !given {
				return nil
			}
			return lexval.Strings(accounts[:min(1, len(accounts))])
		}),
		behaviour(createInvites, "default-not-applied", "makes no codes where their number is absent", func(s faultyCall) (lexval.Object, error) {
			if _, isDefault := s.call.Input["codeCount"].(int64); isDefault { // what was sent is a json.Number
				s.setInput("codeCount", int64(0))
			}
			return s.carryOut()
		}),
		listing(createInvites, "last-code-missing", "does not tell the last code of an account", member,
			inGifts(func(_ faultyCall, codes []any) []any { return codes[:max(0, len(codes)-1)] })),
		listing(createInvites, "codes-useless", "answers with codes that are good for nothing", member,
			inGifts(func(s faultyCall, codes []any) []any {
				fresh := []any{}
				for _, invite := range s.core.NewInvites(len(codes), "", "", 1) {
					fresh = append(fresh, invite.Code)
				}
				return fresh
			})),
		listing(createInvites, "codes-repeated", "tells one code for all", member, inGifts(func(_ faultyCall, codes []any) []any {
			return slices.Repeat(codes[:min(1, len(codes))], len(codes))
		})),
		listing(createInvites, "accounts-swapped", "tells the codes of another account", member,
			inEach("account", func(s faultyCall, gift lexval.Object) any { return s.somebodyElse(valueOf(gift, "account")).DID })),
	}
}

func describeServerDefects() []defect {
	const describe = "describeServer"
	return []defect{
		answering(describe, "invite-requirement-wrong", "tells the contrary of whether an invite code is required", "inviteCodeRequired",
			func(_ faultyCall, required any) any { return required != true }),
		answering(describe, "domain-not-served", "tells a domain in which no handle can be had", "availableUserDomains",
			func(faultyCall, any) any { return []any{".not-served.example"} }),
	}
}

func listInvitesDefects() []defect {
	const member = "codes"
	isUsedUp := func(element any) bool {
		uses := valueOf(element.(lexval.Object), "uses").([]any)
		return int64(len(uses)) >= valueOf(element.(lexval.Object), "available").(int64)
	}
	left := func(list []any, dropped func(any) bool) []any { return slices.DeleteFunc(slices.Clone(list), dropped) }
	told := func(name, description, of string, value func(faultyCall, lexval.Object) any) defect {
		return listing(listInvites, name, description, member, inEach(of, value))
	}
	param := func(name, description, parameter string, value func(faultyCall) any) defect {
		return behaviour(listInvites, name, description, func(s faultyCall) (lexval.Object, error) {
			s.call.Params[parameter] = value(s)
			return s.carryOut()
		})
	}
	return []defect{
		param("used-filter-ignored", "lists used codes though it was told not to", "includeUsed", func(faultyCall) any { return true }),
		param("used-filter-inverted", "lists used codes when it is told not to, and only then", "includeUsed",
			func(s faultyCall) any { return !s.call.Params.Boolean("includeUsed") }),
		param("used-left-out-by-default", "lists used codes only where it is told to", "includeUsed",
			func(s faultyCall) any { return s.asks("includeUsed") && s.call.Params.Boolean("includeUsed") }),
		param("create-flag-ignored", "makes codes though it was told not to", "createAvailable", func(faultyCall) any { return true }),
		param("not-created-by-default", "makes codes only where it is told to", "createAvailable",
			func(s faultyCall) any { return s.asks("createAvailable") && s.call.Params.Boolean("createAvailable") }),
		listing(listInvites, "used-never-listed", "never lists used codes", member,
			func(_ faultyCall, list []any) []any { return left(list, isUsedUp) }),
		listing(listInvites, "unused-left-out", "lists used codes only", member,
			func(_ faultyCall, list []any) []any { return left(list, func(e any) bool { return !isUsedUp(e) }) }),
		listing(listInvites, "gifts-not-listed", "does not list codes that the administrator made", member, func(_ faultyCall, list []any) []any {
			return left(list, func(e any) bool { return valueOf(e.(lexval.Object), "createdBy") == pds.AdminAccount })
		}),
		listing(listInvites, "somebody-elses-listed", "lists the codes of all accounts", member, func(s faultyCall, _ []any) []any {
			all := []any{}
			for _, account := range s.core.Store.Accounts() {
				for _, invite := range s.core.Store.Invites(account.DID) {
					all = append(all, pds.DescribeInvite(invite))
				}
			}
			return all
		}),
		told("available-is-what-is-left", "tells what is left as available", "available", func(_ faultyCall, code lexval.Object) any {
			return valueOf(code, "available").(int64) - int64(len(valueOf(code, "uses").([]any)))
		}),
		told("uses-not-told", "tells no uses", "uses", func(faultyCall, lexval.Object) any { return []any{} }),
		told("all-disabled", "tells good codes as disabled", "disabled", func(faultyCall, lexval.Object) any { return true }),
		told("maker-wrong", "tells another maker of a code", "createdBy", func(s faultyCall, code lexval.Object) any {
			if valueOf(code, "createdBy") == pds.AdminAccount {
				return s.caller()
			}
			return pds.AdminAccount
		}),
		told("account-wrong", "tells a code as another account's", "forAccount",
			func(s faultyCall, code lexval.Object) any { return s.somebodyElse(valueOf(code, "forAccount")).DID }),
		told("date-wrong", "tells a date on which nothing was made", "createdAt", func(faultyCall, lexval.Object) any { return beginning }),
		told("codes-useless", "tells codes that are good for nothing", "code",
			func(s faultyCall, _ lexval.Object) any { return s.core.NewInvites(1, "", "", 1)[0].Code }),
		told("user-wrong", "tells another account's use of a code", "uses", inUses("usedBy",
			func(s faultyCall, use lexval.Object) any { return s.somebodyElse(valueOf(use, "usedBy")).DID })),
		told("use-date-wrong", "tells a date on which nobody used the code", "uses",
			inUses("usedAt", func(faultyCall, lexval.Object) any { return beginning })),
		racing(listInvites, "race", "makes codes for all who ask at once", store.InviteLists),
	}
}

func inUses(member string, value func(faultyCall, lexval.Object) any) func(faultyCall, lexval.Object) any {
	return func(s faultyCall, code lexval.Object) any {
		return inEach(member, value)(s, valueOf(code, "uses").([]any))
	}
}

func earnedInvitesDefects() []defect {
	return []defect{
		miscounting("epochs-counted-early", "gives a code for an interval that has begun",
			func(interval, age time.Duration, invites []store.Invite) int64 {
				return pds.InvitesToCreate(interval, age+interval, invites)
			}),
		miscounting("more-than-five-open", "gives codes without end",
			func(interval, age time.Duration, invites []store.Invite) int64 {
				return int64(age/interval) - int64(len(invites))
			}),
		miscounting("used-not-counted", "gives a code anew for each that was used",
			func(interval, age time.Duration, invites []store.Invite) int64 {
				return pds.InvitesToCreate(interval, age, usableOf(invites))
			}),
		miscounting("made-anew", "gives the codes of all intervals each time",
			func(interval, age time.Duration, _ []store.Invite) int64 {
				return pds.InvitesToCreate(interval, age, nil)
			}),
		behaviour(listInvites, "new-codes-not-listed", "does not list the codes that it has just made", func(s faultyCall) (lexval.Object, error) {
			before := s.core.Store.Invites(s.caller())
			output, err := s.carryOut()
			listed := []any{}
			list, _ := valueOf(output, "codes").([]any)
			for _, element := range list {
				code := valueOf(element.(lexval.Object), "code")
				if slices.ContainsFunc(before, func(invite store.Invite) bool { return invite.Code == code }) {
					listed = append(listed, element)
				}
			}
			return with(output, "codes", listed), err
		}),
		behaviour(listInvites, "earned-codes-of-many-uses", "gives codes of ten uses", func(s faultyCall) (lexval.Object, error) {
			if _, err := s.carryOut(); err != nil {
				return nil, err
			}
			for _, invite := range s.core.Store.Invites(s.caller()) {
				if invite.Available = 10; invite.CreatedBy == s.caller() {
					s.core.Alter(func(tx *store.Tx) { tx.PutInvite(invite) })
				}
			}
			return s.carryOut()
		}),
	}
}

// miscounting is a defect of how many codes an account gets.
func miscounting(name, description string, count func(interval, age time.Duration, invites []store.Invite) int64) defect {
	return hooked(listInvites, name, description, func(_ *server, hooks *pds.Hooks) { hooks.Earned = count })
}

func usableOf(invites []store.Invite) []store.Invite {
	return slices.DeleteFunc(slices.Clone(invites), func(i store.Invite) bool { return !i.Usable() })
}
