package pds

import (
	"fmt"
	"net/http"

	"github.com/pdsconform/pdsconform/mockserver/internal/store"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// askForFactor holds the code of a log-in against the one that was mailed, which
// is used up by it. Without one another is mailed, and the log-in refused.
func (s *Server) askForFactor(tx *store.Tx, opened opening, given string) (opening, error) {
	did := opened.account.DID
	if given == "" {
		opened.code = s.NewMailToken(did)
		tx.PutMailToken(store.AuthFactor, opened.code)
		opened.refusal = &xrpc.Error{
			Status: http.StatusUnauthorized, Name: "AuthFactorTokenRequired", Message: "A log-in code was mailed to the account",
		}
		return opened, nil
	}
	if err := s.checkCode(tx, store.AuthFactor, did, given); err != nil {
		return opening{}, err
	}
	tx.DropMailToken(store.AuthFactor, did)
	return opened, nil
}

func (s *Server) mailFactor(opened opening) {
	s.send(opened.account, FactorSubject, fmt.Sprintf(
		"Somebody, hopefully you, logs in to %s.\n\n"+
			"The code to do so with is %s. It works for fifteen minutes.\n", opened.account.Handle, opened.code.Text), opened.code)
}
