package mockserver

// Document: lexicons/2023-04/com/atproto/server/describeServer.json
// Source: https://github.com/bluesky-social/atproto/blob/main/lexicons/com/atproto/server/describeServer.json

import (
	"context"

	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// describeServer tells the did as well, which the document doesn't list and
// clients of today ask for.
func (s *Server) describeServer(context.Context, *xrpc.Call) (lexval.Object, error) {
	links := lexval.Object{}
	if address := s.options.Links.PrivacyPolicy; address != "" {
		links = append(links, field("privacyPolicy", address))
	}
	if address := s.options.Links.TermsOfService; address != "" {
		links = append(links, field("termsOfService", address))
	}
	output := lexval.Object{
		field("did", s.did()),
		field("inviteCodeRequired", s.options.InviteRequired),
		field("availableUserDomains", lexval.Strings(s.options.UserDomains)),
	}
	if !s.options.odd[oddNoLinks] {
		output = append(output, field("links", links))
	}
	return output, nil
}

func (s *Server) did() string { return "did:web:" + s.options.Hostname }
