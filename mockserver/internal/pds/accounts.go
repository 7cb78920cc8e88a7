package pds

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/store"
)

// Account is an account to start with. Handle, Email and Password are
// required; any well-formed handle will do, in any domain, and any password.
type Account struct {
	Handle   string `json:"handle"   yaml:"handle"`
	Email    string `json:"email"    yaml:"email"`
	Password string `json:"password" yaml:"password"`

	// DID is the account's identifier. Default: a did:plc that is made up.
	DID string `json:"did" yaml:"did"`

	// AppPasswords are further passwords, each with a name of its own.
	AppPasswords []AppPassword `json:"appPasswords" yaml:"appPasswords"`

	// Invites are codes that are the account's to give away.
	Invites []Invite `json:"invites" yaml:"invites"`

	// TakenDown makes the account one that was taken down.
	TakenDown bool `json:"takenDown" yaml:"takenDown"`

	// Deactivated makes the account one that has deactivated itself.
	Deactivated bool `json:"deactivated" yaml:"deactivated"`

	// EmailConfirmed makes the address one that was confirmed.
	EmailConfirmed bool `json:"emailConfirmed" yaml:"emailConfirmed"`

	// AuthFactor has a log-in ask for a code that is mailed, in revisions that
	// know of it.
	AuthFactor bool `json:"authFactor" yaml:"authFactor"`
}

// AppPassword is an app password to start with. Its text may be any.
type AppPassword struct {
	Name     string `json:"name"     yaml:"name"`
	Password string `json:"password" yaml:"password"`

	// Privileged makes the app password one with access to sensitive state.
	Privileged bool `json:"privileged" yaml:"privileged"`
}

// Invite is an invite code to start with. Any text will do.
type Invite struct {
	Code string `json:"code" yaml:"code"`

	// Uses is how many accounts can be created with the code. Default: 1.
	Uses int `json:"uses" yaml:"uses"`

	// Disabled makes the code one that an administrator has disabled.
	Disabled bool `json:"disabled" yaml:"disabled"`
}

// SeedAccount adds an account without a sign-up and returns its DID. What is
// taken is an error, as is an ill-formed field. The error begins with the
// field's name.
func (s *Server) SeedAccount(account Account) (did string, err error) {
	if bad := newAccountCheck().account("", account); bad != nil {
		return "", bad
	}
	seeded := s.NewAccount(account.Handle, account.Email, account.Password)
	seeded.TakenDown, seeded.Deactivated = account.TakenDown, account.Deactivated
	seeded.EmailConfirmed, seeded.AuthFactor = account.EmailConfirmed, account.AuthFactor
	if account.DID != "" {
		seeded.DID = account.DID
	}
	invites := s.seededInvites(account.Invites, seeded.DID)
	passwords := make([]store.AppPassword, 0, len(account.AppPasswords))
	for _, given := range account.AppPasswords {
		passwords = append(passwords, store.AppPassword{
			Name: given.Name, Password: s.NewPassword(given.Password), CreatedAt: seeded.CreatedAt, Privileged: given.Privileged,
		})
	}
	return seeded.DID, s.insert(seeded, passwords, invites)
}

// insert adds all of it, or nothing.
func (s *Server) insert(account store.Account, passwords []store.AppPassword, invites []store.Invite) error {
	for {
		tx := s.Store.Begin()
		if _, taken := tx.AccountByHandle(account.Handle); taken {
			return fmt.Errorf("handle %s is taken", account.Handle)
		}
		if _, taken := tx.AccountByEmail(account.Email); taken {
			return fmt.Errorf("email %s is taken", account.Email)
		}
		if _, taken := tx.Account(account.DID); taken {
			return fmt.Errorf("did %s is taken", account.DID)
		}
		for i, invite := range invites {
			if _, taken := tx.Invite(invite.Code); taken {
				return fmt.Errorf("invites[%d].code is taken", i)
			}
		}
		tx.InsertAccount(account)
		for _, password := range passwords {
			tx.AddAppPassword(account.DID, password)
		}
		tx.AddInvites(invites)
		if err := tx.Commit(); !errors.Is(err, store.ErrConflict) {
			return err
		}
	}
}

// seededInvites returns codes that are not stored yet.
func (s *Server) seededInvites(given []Invite, account string) []store.Invite {
	invites := make([]store.Invite, 0, len(given))
	for _, invite := range given {
		invites = append(invites, store.Invite{
			Code: invite.Code, Available: int64(cmp.Or(invite.Uses, 1)), Disabled: invite.Disabled,
			ForAccount: account, CreatedBy: AdminAccount, CreatedAt: s.Clock.Now(),
		})
	}
	return invites
}

// AddInvite adds an invite code that is an account's to give away, by DID, handle
// or e-mail address; nobody's in particular where that is empty. Without a Code
// one is made up. The error begins with the field's name.
func (s *Server) AddInvite(invite Invite, of string) (InviteState, error) {
	owner := AdminAccount
	if of != "" {
		account, err := s.Account(of)
		if err != nil {
			return InviteState{}, err
		}
		owner = account.DID
	}
	if invite.Code == "" {
		invite.Code = s.NewInvites(1, owner, AdminAccount, 1)[0].Code
	}
	if bad := newAccountCheck().invites("", []Invite{invite}); bad != nil {
		return InviteState{}, errors.New(strings.TrimPrefix(bad.Error(), "invites[0]."))
	}
	for {
		tx := s.Store.Begin()
		if _, taken := tx.Invite(invite.Code); taken {
			return InviteState{}, errors.New("code is taken")
		}
		added := s.seededInvites([]Invite{invite}, owner)
		tx.AddInvites(added)
		if err := tx.Commit(); !errors.Is(err, store.ErrConflict) {
			return inviteState(added[0]), err
		}
	}
}

// Populate adds the accounts and codes of the options, but for those that a
// state file has brought already.
func (s *Server) Populate(accounts []Account, invites []Invite) error {
	for i, account := range accounts {
		if _, known := s.Store.AccountByHandle(strings.ToLower(account.Handle)); known {
			continue
		}
		if _, err := s.SeedAccount(account); err != nil {
			return fmt.Errorf("accounts[%d].%w", i, err)
		}
	}
	tx := s.Store.Begin()
	for _, invite := range s.seededInvites(invites, AdminAccount) {
		if _, known := tx.Invite(invite.Code); !known {
			tx.AddInvites([]store.Invite{invite})
		}
	}
	return tx.Commit()
}

// badEntry is what is wrong with one field of an entry. It holds no secrets.
type badEntry struct {
	Path    string // as in accounts[1].appPasswords[0].name
	problem string
}

// Error begins with the field.
func (e *badEntry) Error() string { return e.Path + " " + e.problem }

// accountCheck knows what earlier entries have taken.
type accountCheck struct{ handles, emails, dids, codes map[string]bool }

func newAccountCheck() accountCheck {
	return accountCheck{map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]bool{}}
}

// CheckAccounts holds the entries against what any server asks of them.
func CheckAccounts(accounts []Account, invites []Invite) *badEntry {
	check := newAccountCheck()
	for i, account := range accounts {
		if bad := check.account(fmt.Sprintf("accounts[%d].", i), account); bad != nil {
			return bad
		}
	}
	return check.invites("", invites)
}

// account returns what is wrong with an entry; field names follow the prefix.
func (c accountCheck) account(prefix string, account Account) *badEntry {
	handle, email := strings.ToLower(account.Handle), strings.ToLower(account.Email)
	switch {
	case !lexval.IsHandle(account.Handle):
		return &badEntry{prefix + "handle", fmt.Sprintf("%q is not a valid handle", account.Handle)}
	case c.handles[handle]:
		return &badEntry{prefix + "handle", handle + " is taken by an earlier entry"}
	case !IsAddress(account.Email):
		return &badEntry{prefix + "email", fmt.Sprintf("%q is not a valid e-mail address", account.Email)}
	case c.emails[email]:
		return &badEntry{prefix + "email", email + " is taken by an earlier entry"}
	case account.Password == "":
		return &badEntry{prefix + "password", "must not be empty"}
	case account.DID != "" && !lexval.IsDID(account.DID):
		return &badEntry{prefix + "did", fmt.Sprintf("%q is not a valid did", account.DID)}
	case account.DID != "" && c.dids[account.DID]:
		return &badEntry{prefix + "did", account.DID + " is taken by an earlier entry"}
	}
	c.handles[handle], c.emails[email], c.dids[account.DID] = true, true, true
	names := map[string]bool{}
	for i, password := range account.AppPasswords {
		switch {
		case names[password.Name]:
			return &badEntry{fmt.Sprintf("%sappPasswords[%d].name", prefix, i), fmt.Sprintf("%q is used already", password.Name)}
		case password.Password == "":
			return &badEntry{fmt.Sprintf("%sappPasswords[%d].password", prefix, i), "must not be empty"}
		}
		names[password.Name] = true
	}
	return c.invites(prefix, account.Invites)
}

func (c accountCheck) invites(prefix string, invites []Invite) *badEntry {
	for i, invite := range invites {
		field := fmt.Sprintf("%sinvites[%d].", prefix, i)
		switch {
		case invite.Code == "":
			return &badEntry{field + "code", "must not be empty"}
		case c.codes[invite.Code]:
			return &badEntry{field + "code", "is taken by an earlier entry"}
		case invite.Uses < 0:
			return &badEntry{field + "uses", "must not be below 0"}
		}
		c.codes[invite.Code] = true
	}
	return nil
}
