package control

import (
	"errors"
	"net/http"

	"github.com/pdsconform/pdsconform/mockserver/internal/pds"
)

// Wherever a path names an account, its DID, its handle or its address will do.

func (c controller) accounts(*http.Request) (any, error) { return c.Core.Accounts(), nil }

func (c controller) seed(r *http.Request) (any, error) {
	var account pds.Account
	if err := read(r, &account); err != nil {
		return nil, err
	}
	did, err := c.Core.SeedAccount(account)
	if err != nil {
		return nil, badRequest(err.Error())
	}
	return c.Core.Account(did)
}

func (c controller) change(r *http.Request) (any, error) {
	var change pds.AccountChange
	if err := read(r, &change); err != nil {
		return nil, err
	}
	state, err := c.Core.ChangeAccount(r.PathValue("did"), change)
	return state, problem(err)
}

func (c controller) remove(r *http.Request) (any, error) {
	return map[string]string{}, problem(c.Core.RemoveAccount(r.PathValue("did")))
}

func (c controller) takedown(r *http.Request) (any, error)  { return c.takedownOf(r, true) }
func (c controller) reinstate(r *http.Request) (any, error) { return c.takedownOf(r, false) }

func (c controller) takedownOf(r *http.Request, down bool) (any, error) {
	state, err := c.Core.Account(r.PathValue("did"))
	if err == nil {
		err = c.Core.Takedown(state.DID, down)
	}
	return map[string]any{"did": state.DID, "takenDown": down}, problem(err)
}

// problem tells what is not there from what is wrong; nil stays nil.
func problem(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, pds.ErrUnknownAccount):
		return notFound(err.Error())
	}
	return badRequest(err.Error())
}

func (c controller) putIdentity(r *http.Request) (any, error) {
	var document map[string]any
	if err := read(r, &document); err != nil {
		return nil, err
	}
	did, err := c.Core.PutIdentity(document)
	return map[string]string{"did": did}, problem(err)
}

func (c controller) sessions(*http.Request) (any, error) { return c.Core.Sessions(), nil }

// session is one that was just opened.
type session struct {
	DID        string `json:"did"`
	Handle     string `json:"handle"`
	AccessJwt  string `json:"accessJwt"`
	RefreshJwt string `json:"refreshJwt"`
}

func (c controller) logIn(r *http.Request) (any, error) {
	var order struct {
		Account string `json:"account"`
	}
	if err := read(r, &order); err != nil {
		return nil, err
	}
	if order.Account == "" {
		return nil, badRequest("account must be a DID, a handle or an address")
	}
	opened, err := c.Core.LogIn(order.Account)
	return session{opened.DID, opened.Handle, opened.AccessJwt, opened.RefreshJwt}, problem(err)
}

func (c controller) endSession(r *http.Request) (any, error) {
	if !c.Core.EndSession(r.PathValue("id")) {
		return nil, notFound("there is no session of this id")
	}
	return map[string]string{}, nil
}

func (c controller) invites(*http.Request) (any, error) { return c.Core.Invites(), nil }

func (c controller) addInvite(r *http.Request) (any, error) {
	var order struct {
		pds.Invite
		Account string `json:"account"`
	}
	if err := read(r, &order); err != nil {
		return nil, err
	}
	added, err := c.Core.AddInvite(order.Invite, order.Account)
	return added, problem(err)
}

func (c controller) changeInvite(r *http.Request) (any, error) {
	var change struct {
		Disabled *bool `json:"disabled"`
	}
	if err := read(r, &change); err != nil {
		return nil, err
	}
	if change.Disabled == nil {
		return nil, badRequest("disabled must be true or false")
	}
	if !c.Core.SetInviteDisabled(r.PathValue("code"), *change.Disabled) {
		return nil, notFound("there is no such invite code")
	}
	return map[string]bool{"disabled": *change.Disabled}, nil
}
