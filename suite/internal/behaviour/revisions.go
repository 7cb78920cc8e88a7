package behaviour

import (
	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/derive"
)

// revision is what no document shows of the servers of one revision, as data.
type revision struct {
	name string // for readers and tests: no code asks for it

	// in is a condition on the documents by which they are known to be of this
	// revision or of one that came after it and before the next of the list.
	in string

	// rulings are the levels of derived requirements where servers of the
	// revision are free to do otherwise than the document alone would say.
	rulings map[string]derive.Ruling

	// unasked are the IDs of scenarios that don't hold for the revision.
	unasked []string
}

// revisions are listed newest first. The newest has no condition: it is also
// that of documents of other families, which are of today.
func revisions() []revision {
	mayBeNeeded := derive.Ruling{Level: reports.May, Authority: reports.XRPC,
		Source: "https://atproto.com/specs/lexicon#lexicon-evolution"}
	// Several servers of either time send {}, and no client reads it.
	emptyOutput := derive.Ruling{Level: reports.Should, Authority: reports.XRPC,
		Source: "https://atproto.com/specs/xrpc#lexicon-http-endpoints"}
	return []revision{
		{
			name: "2026-07",
			rulings: map[string]derive.Ruling{
				// The document asks for the handle alone, and a server may still need
				// more: three of eight want an address, two of them a password as well.
				"server.createAccount.input.email.optional":    mayBeNeeded,
				"server.createAccount.input.password.optional": mayBeNeeded,
				derive.EmptyOutput:                             emptyOutput,
			},
			unasked: []string{
				// The document says that the method requires auth, which most servers don't
				// ask for: a token of the account is sent along, and what becomes of a
				// wrong one is open.
				"server.deleteAccount.authorization.ignored",
				// ExpiredToken is declared, and both it and success are in use.
				"server.deleteSession.expired.accepted",
			},
		},
		{
			name: "2023-04", in: "method.describeServer !describeServer#output.did",
			rulings: map[string]derive.Ruling{derive.EmptyOutput: emptyOutput},
			unasked: []string{
				// Sessions of app passwords could do all but make another.
				"server.getAccountInviteCodes.app-password.refused",
				"server.requestAccountDelete.app-password.refused",
			},
		},
	}
}

// revisionOf finds the values for documents by what is in them.
func revisionOf(catalog *lexicons.Catalog) revision {
	all := revisions()
	for _, r := range all[1:] {
		if catalog.Holds("", r.in) {
			return r
		}
	}
	return all[0]
}

// Rulings returns the levels of derived requirements, by ID or by facet, that
// differ from what the documents alone would say.
func Rulings(catalog *lexicons.Catalog) map[string]derive.Ruling { return revisionOf(catalog).rulings }
