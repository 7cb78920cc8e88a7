package pds

// Document: lexicons/2023-04/com/atproto/server/describeServer.json
// Source: https://github.com/bluesky-social/atproto/blob/main/lexicons/com/atproto/server/describeServer.json

import (
	"context"

	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// describeServer always answers the same, which is put together once for the
// settings that hold. It tells of
// accounts only: there are records without a tree, commits or a stream of events,
// and the document has nothing to say that by.
func (s *Server) describeServer(context.Context, *xrpc.Call) (lexval.Object, error) {
	return s.settings.Load().description(), nil
}

// describe tells the did as well, which the document doesn't list and clients
// of today ask for.
func (s *Server) describe(settings Settings) lexval.Object {
	links := lexval.Object{}
	if address := settings.Links.PrivacyPolicy; address != "" {
		links = append(links, Field("privacyPolicy", address))
	}
	if address := settings.Links.TermsOfService; address != "" {
		links = append(links, Field("termsOfService", address))
	}
	output := lexval.Object{Field("did", s.did())}
	if !s.config.Variants.InvitesUnsaid {
		output = append(output, Field("inviteCodeRequired", settings.InviteRequired))
	}
	output = append(output,
		Field("availableUserDomains", lexval.Strings(s.config.UserDomains)),
		Field("contact", lexval.Object{Field("email", "admin@"+s.config.Hostname)}),
		Field("blobUploadLimit", int64(BlobUploadLimit)),
	)
	if !s.config.Variants.NoLinks {
		output = append(output, Field("links", links))
	}
	return output
}

// BlobUploadLimit is how many bytes a blob may have.
const BlobUploadLimit = 5 << 20

func (s *Server) did() string { return "did:web:" + s.config.Hostname }
