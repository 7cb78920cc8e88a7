package pds

import (
	"sync"

	"github.com/pdsconform/pdsconform/lexicons"
)

// values is what servers of a revision do alike, and no document shows. Who may
// call what stands with the methods.
type values struct {
	MissingCredentials string // the error's name where a method asks for a token and none is sent
	UnknownHandle      string // the error's name where a handle does not resolve
	ChecksEveryInvite  bool   // whether an invite code is looked at where none is required
	TellsAppPasswords  bool   // whether an app password learns that the account is taken down
	RefusesSchemes     bool   // whether a header without a bearer token is a wrong token, and not a missing one
	TypedTokens        bool   // whether a token's header says of which kind it is, and its claims for whom
}

// valuesOf are the values of each revision.
func valuesOf(revision string) values {
	return map[string]values{
		"2023-04": {
			MissingCredentials: "AuthenticationRequired", UnknownHandle: "InvalidRequest",
			TellsAppPasswords: true,
		},
		"2026-07": {
			MissingCredentials: "AuthMissing", UnknownHandle: "HandleNotFound",
			ChecksEveryInvite: true, RefusesSchemes: true, TypedTokens: true,
		},
	}[revision]
}

// RevisionOf returns the embedded revision that documents resemble most, by
// their methods and what these list; of two the earlier one. Documents needn't
// be those of a revision: a server of other ones does what servers of that time
// do.
func RevisionOf(catalog *lexicons.Catalog) string {
	listed := membersOf(catalog)
	best, least := lexicons.DefaultRevision, -1
	for _, revision := range embedded() {
		differences := len(listed) + len(revision.members)
		for member := range revision.members {
			if listed[member] {
				differences -= 2
			}
		}
		if least < 0 || differences < least {
			best, least = revision.name, differences
		}
	}
	return best
}

type embeddedRevision struct {
	name    string
	members map[string]bool
}

// embedded reads the embedded documents once for all servers of a process.
var embedded = sync.OnceValue(func() (all []embeddedRevision) {
	for _, name := range lexicons.Revisions() {
		if catalog, err := lexicons.LoadRevision(name); err == nil { // or no server starts
			all = append(all, embeddedRevision{name, membersOf(catalog)})
		}
	}
	return all
})

// membersOf names the methods of documents, and all that these list.
func membersOf(catalog *lexicons.Catalog) map[string]bool {
	all := map[string]bool{}
	for _, method := range catalog.Methods() {
		all[method.NSID] = true
		add := func(facet string, properties []lexicons.Property) {
			for _, property := range properties {
				all[method.NSID+" "+facet+"."+property.Name] = true
			}
		}
		if method.Params != nil {
			add("input", method.Params.Properties)
		}
		if object := method.Input.Object(); object != nil {
			add("input", object.Properties)
		}
		if object := method.Output.Object(); object != nil {
			add("output", object.Properties)
		}
		for _, declared := range method.Errors {
			all[method.NSID+" error."+declared.Name] = true
		}
	}
	return all
}
