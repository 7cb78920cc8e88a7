package pds

import (
	"context"
	"strings"

	"github.com/pdsconform/pdsconform/mockserver/internal/store"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// AdminAccount is the word that stands for the administrator where an invite
// code tells whose it is and who made it.
const AdminAccount = "admin"

// addInvites stores codes that the administrator gave out.
func (s *Server) addInvites(ctx context.Context, call *xrpc.Call, invites []store.Invite) error {
	return s.transact(ctx, call, func(tx *store.Tx) error {
		tx.AddInvites(invites)
		return nil
	})
}

// NewInvites returns codes that are not stored yet: the server's name with
// dashes for dots, and two groups of five characters.
func (s *Server) NewInvites(count int, account, createdBy string, uses int64) []store.Invite {
	prefix := strings.ReplaceAll(s.config.Hostname, ".", "-")
	now := s.Clock.Now()
	invites := make([]store.Invite, 0, count)
	for range count {
		drawn := s.Entropy.Base32(10)
		code := prefix + "-" + drawn[:5] + "-" + drawn[5:]
		if s.config.Variants.OtherCodes { // the form before 27 April 2023
			code = prefix + "-" + drawn[:7]
		}
		invites = append(invites, store.Invite{
			Code:       code,
			Available:  uses,
			ForAccount: account,
			CreatedBy:  createdBy,
			CreatedAt:  now,
		})
	}
	return invites
}
