package mockserver

import (
	"net/http"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/mockserver/internal/answers"
	"github.com/pdsconform/pdsconform/mockserver/internal/forward"
	"github.com/pdsconform/pdsconform/mockserver/internal/further"
	"github.com/pdsconform/pdsconform/mockserver/internal/pds"
)

// Answer is what calls of a method are answered with. Method says which, by its
// NSID; Account, Params and Input can say that it is for some calls only. The
// answer has a Status, Headers, and JSON or Text, in which {{.DID}}, {{.Handle}},
// {{.Email}}, {{.Now}}, {{.Params.name}} and {{.Input.name}} are filled in.
//
// Where the document of the method is known, an answer that doesn't fit it is
// refused, unless it is Unchecked. Public answers calls without credentials,
// too. Override goes before what the server itself does for the method.
type Answer = answers.Answer

// SetAnswers replaces all answers, those of the options too. Of several that are
// for a call the first counts. One that is no good is an error that begins with
// its place and the field, and then nothing changes.
func (s *Server) SetAnswers(given ...Answer) error { return s.further.SetAnswers(given) }

// Answers returns the answers of the server, in their order.
func (s *Server) Answers() []Answer { return s.further.Answers() }

// FallbackTo returns a handler for Options.Fallback that forwards requests to a
// base URL, http or https. Where nothing answers there, it answers with 502.
func FallbackTo(base string) (http.Handler, error) { return forward.NewProxy(base) }

// furtherMethods is what answers for methods that the server doesn't serve.
func (s *Server) furtherMethods() *further.Methods {
	return further.New(further.Config{
		Core:     s.core,
		Document: func(nsid string) *lexicons.Method { return s.router.Document(nsid) },
		Serves:   func(nsid string) bool { return s.router.Serves(nsid) || pds.ServesBeside(nsid) },
		Catalogs: s.options.further, Seed: s.options.Seed, Domain: s.options.UserDomains[0], Logger: s.options.Logger,
		Fallback: s.options.Fallback, KeepCredential: s.options.FallbackCredentials,
	})
}
