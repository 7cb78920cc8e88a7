package client

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/suite/internal/schema"
)

// requirements are all that the documents and the variants give rise to,
// sorted by ID.
func requirements(catalog *lexicons.Catalog, variants []Variant) ([]requirement, error) {
	schemas, err := schema.Compile(catalog)
	if err != nil {
		return nil, err
	}
	known, err := membersOf(catalog)
	if err != nil {
		return nil, err
	}
	all := slices.Concat(requestRequirements(catalog, schemas, known), expiryRequirements(), resumeRequirements(), flowRequirements(),
		limitRequirements(), logOutRequirements(), toleranceRequirements(variants))
	all = slices.DeleteFunc(all, func(r requirement) bool { return !catalog.Holds("", r.needs) })
	slices.SortFunc(all, func(a, b requirement) int { return cmp.Compare(a.ID, b.ID) })
	for i := range all {
		if i > 0 && all[i].ID == all[i-1].ID {
			return nil, fmt.Errorf("the requirement %s is there twice", all[i].ID)
		}
	}
	return all, nil
}

func sortByID(requests []request) {
	slices.SortFunc(requests, func(a, b request) int { return cmp.Compare(a.ID, b.ID) })
}

func unmarshal(text json.RawMessage, into any) bool { return json.Unmarshal(text, into) == nil }

// secretIn says which secret a text holds, "" where there is none.
func (s *seen) secretIn(text string) string {
	switch {
	case tokenLike.MatchString(text):
		return "a token"
	case strings.Contains(text, masked):
		return "what the server's log hides as a secret"
	}
	for _, secret := range s.secrets {
		if secret != "" && strings.Contains(text, secret) {
			return "a password or a mailed code"
		}
	}
	return ""
}
