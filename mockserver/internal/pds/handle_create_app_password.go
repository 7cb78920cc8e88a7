package pds

// Document: lexicons/2023-04/com/atproto/server/createAppPassword.json
// Source: https://github.com/bluesky-social/atproto/blob/main/lexicons/com/atproto/server/createAppPassword.json

import (
	"context"
	"strconv"
	"strings"

	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/store"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// createAppPassword shows a password that is never shown again. Any name is
// good, also an empty one, that the account does not use yet.
func (s *Server) createAppPassword(ctx context.Context, call *xrpc.Call) (lexval.Object, error) {
	did, name := call.Caller.DID, call.Input.String("name")
	text := s.AppPasswordText()
	password := store.AppPassword{Name: name, Password: s.NewPassword(text), CreatedAt: s.Clock.Now(), Privileged: call.Input.Boolean("privileged")}
	err := s.transact(ctx, call, func(tx *store.Tx) error {
		account, found := tx.Account(did)
		if err := s.refuses(call, account, found); err != nil {
			return err
		}
		for _, known := range tx.AppPasswords(did) {
			if known.Name == name {
				return xrpc.InvalidRequest("An app password named " + strconv.Quote(name) + " exists already")
			}
		}
		tx.AddAppPassword(did, password)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return lexval.Object{
		Field("name", name),
		Field("password", text),
		Field("createdAt", Timestamp(password.CreatedAt)),
		Field("privileged", password.Privileged),
	}, nil
}

// AppPasswordText is four groups of four characters.
func (s *Server) AppPasswordText() string {
	if s.config.Variants.OtherCodes {
		return s.Entropy.Base64(18)
	}
	drawn := s.Entropy.Base32(16)
	return strings.Join([]string{drawn[:4], drawn[4:8], drawn[8:12], drawn[12:]}, "-")
}
