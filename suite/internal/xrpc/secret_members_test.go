package xrpc

import (
	"slices"
	"testing"

	"github.com/pdsconform/pdsconform/lexicons"
)

// openMembers are the strings of the documents that reports may show.
var openMembers = []string{
	"aud", "account", "availableUserDomains", "code", "codes", "createdAt", "createdBy", "deleteAfter", "did", "email", "exp",
	"forAccount", "forAccounts", "handle", "identifier", "inviteCode", "lxm", "name", "privacyPolicy", "recoveryKey",
	"repoCommit", "repoRev", "signingKey", "status", "termsOfService", "usedAt", "usedBy", "verificationPhone",
}

// TestSecretMembers decides on every string in every revision: one that nobody
// has thought of would stand in reports.
func TestSecretMembers(t *testing.T) {
	t.Parallel()
	for _, revision := range lexicons.Revisions() {
		catalog, err := lexicons.LoadRevision(revision)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range stringMembers(catalog) {
			if IsSecret(name) == slices.Contains(openMembers, name) {
				t.Errorf("%s: nobody has decided, or twice, whether %s is a secret", revision, name)
			}
		}
	}
}

// stringMembers are the names of members that are strings or lists of strings.
func stringMembers(catalog *lexicons.Catalog) []string {
	var names []string
	for _, document := range catalog.Documents() {
		for _, definition := range document.Defs {
			lexicons.Walk(definition.Schema, func(schema lexicons.Schema) {
				object, ok := schema.(*lexicons.Object)
				if !ok {
					return
				}
				for _, property := range object.Properties {
					if holdsString(property.Schema) {
						names = append(names, property.Name)
					}
				}
			})
		}
	}
	return names
}

func holdsString(schema lexicons.Schema) bool {
	switch s := lexicons.Deref(schema).(type) {
	case *lexicons.String:
		return true
	case *lexicons.Array:
		return holdsString(s.Items)
	}
	return false
}
