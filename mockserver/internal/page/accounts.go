package page

import (
	"errors"
	"strconv"
	"strings"

	"github.com/pdsconform/pdsconform/mockserver/internal/pds"
	"github.com/pdsconform/pdsconform/mockserver/internal/ratelimit"
)

func (p page) formSeed(f form) error {
	account := pds.Account{
		Handle: f.Get("handle"), Email: f.Get("email"), Password: f.Get("password"), DID: f.Get("seedDID"),
		TakenDown: f.on("takenDown"), Deactivated: f.on("deactivated"), EmailConfirmed: f.on("emailConfirmed"), AuthFactor: f.on("authFactor"),
	}
	if password := f.Get("appPassword"); password != "" {
		account.AppPasswords = []pds.AppPassword{{Name: "from the page", Password: password}}
	}
	_, err := p.Core.SeedAccount(account)
	return err
}

func (p page) formTakedown(f form) error { return p.Core.Takedown(f.Get("did"), f.on("on")) }

func (p page) formChange(f form) error {
	handle, email := f.Get("handle"), f.Get("email")
	_, err := p.Core.ChangeAccount(f.Get("did"), pds.AccountChange{
		Handle: &handle, Email: &email, EmailConfirmed: new(f.on("emailConfirmed")), AuthFactor: new(f.on("authFactor")),
		Deactivated: new(f.on("deactivated")),
	})
	return err
}

func (p page) formRemove(f form) error { return p.Core.RemoveAccount(f.Get("did")) }

func (p page) formEndSession(f form) error {
	if !p.Core.EndSession(f.Get("id")) {
		return errors.New("the session has ended already")
	}
	return nil
}

func (p page) formDisable(f form) error {
	if !p.Core.SetInviteDisabled(f.Get("code"), f.on("on")) {
		return errors.New("there is no such invite code")
	}
	return nil
}

func (p page) formSettings(f form) error {
	settings := p.Core.Settings()
	settings.InviteRequired = f.on("inviteRequired")
	settings.Links = pds.Links{PrivacyPolicy: f.Get("privacyPolicy"), TermsOfService: f.Get("termsOfService")}
	settings.ReservedNames = strings.Fields(f.Get("reservedNames"))
	settings.RateLimits = nil
	for text := range strings.FieldsSeq(f.Get("rateLimits")) {
		limit, err := ratelimit.Parse(text)
		if err != nil {
			return err
		}
		settings.RateLimits = append(settings.RateLimits, limit)
	}
	for name, into := range map[string]*int{"minPasswordLength": &settings.MinPasswordLength, "maxPasswordLength": &settings.MaxPasswordLength} {
		number, err := strconv.Atoi(f.Get(name))
		if err != nil {
			return errors.New(name + " must be a number")
		}
		*into = number
	}
	return p.Core.SetSettings(settings)
}
