package requests

import (
	"slices"
	"testing"

	"github.com/pdsconform/pdsconform/lexicons"
)

// TestSecretMembers looks at every string that the documents of any revision
// list, in inputs, parameters and outputs: each is known to be a secret or to be
// none, so that one that a revision adds can't be overlooked.
func TestSecretMembers(t *testing.T) {
	t.Parallel()
	open := []string{
		"account", "aud", "available", "availableUserDomains", "cid", "createdAt", "createdBy", "deleteAfter", "did", "email", "forAccount",
		"forAccounts", "handle", "identifier", "lxm", "name", "privacyPolicy", "recoveryKey", "repoCommit", "repoRev", "signingKey",
		"status", "termsOfService", "usedAt", "usedBy", "verificationPhone",
	}
	for _, revision := range lexicons.Revisions() {
		catalog, err := lexicons.LoadRevision(revision)
		if err != nil {
			t.Fatal(err)
		}
		seen := 0
		for name := range stringMembers(catalog) {
			seen++
			if isSecret(name) == slices.Contains(open, name) {
				t.Errorf("%s: %s is a secret: %t; say in isSecret or here which it is", revision, name, isSecret(name))
			}
		}
		if seen < 20 {
			t.Errorf("%s: only %d strings were looked at", revision, seen)
		}
	}
}

// stringMembers names all members of methods and definitions that hold strings.
func stringMembers(catalog *lexicons.Catalog) map[string]bool {
	names := map[string]bool{}
	visited := map[lexicons.Schema]bool{}
	var visit func(name string, schema lexicons.Schema)
	members := func(properties []lexicons.Property) {
		for _, property := range properties {
			visit(property.Name, property.Schema)
		}
	}
	visit = func(name string, schema lexicons.Schema) {
		switch s := lexicons.Deref(schema).(type) {
		case *lexicons.String:
			names[name] = true
		case *lexicons.Array:
			visit(name, s.Items)
		case *lexicons.Object:
			if !visited[s] {
				visited[s] = true
				members(s.Properties)
			}
		}
	}
	for _, method := range catalog.Methods() {
		if method.Params != nil {
			members(method.Params.Properties)
		}
		for _, body := range []*lexicons.Body{method.Input, method.Output} {
			if body != nil && body.Schema != nil {
				visit("", body.Schema)
			}
		}
	}
	return names
}
