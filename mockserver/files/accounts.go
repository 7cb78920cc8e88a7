// Package files reads the files that a mock can begin with, in YAML or JSON:
// accounts, answers and scenarios. It is apart from package mockserver so that
// only who reads files links a reader of YAML.
package files

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/pdsconform/pdsconform/mockserver"
	"github.com/pdsconform/pdsconform/mockserver/internal/pds"
)

// AccountList is what an accounts file holds, for the options of that name.
type AccountList struct {
	Accounts []mockserver.Account `yaml:"accounts"`
	Invites  []mockserver.Invite  `yaml:"invites"` // codes that are nobody's to give away

	Identities []map[string]any `yaml:"identities"` // DID documents of accounts on other servers
}

// ReadAccounts reads an accounts file, in YAML or JSON: an object of the lists
// accounts and invites, whose entries have the fields of Account and Invite in
// lower camel case, and of identities, which are DID documents. An unknown or repeated key, a value of another type and an
// entry that no server could start with are errors, which name file, line and
// key and quote no value that may be a secret.
func ReadAccounts(path string) (AccountList, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return AccountList{}, fmt.Errorf("read accounts: %w", err)
	}
	list, err := parseAccounts(text)
	if err != nil {
		return AccountList{}, fmt.Errorf("%s:%w", path, err)
	}
	return list, nil
}

// accountTexts are the texts of an accounts file.
func accountTexts() texts {
	codes := texts{"code": nil}
	return texts{"invites": codes, "accounts": {
		"handle": nil, "email": nil, "password": nil, "did": nil,
		"appPasswords": {"name": nil, "password": nil}, "invites": codes,
	}}
}

// parseAccounts returns errors that begin with the line.
func parseAccounts(text []byte) (list AccountList, err error) {
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		return list, yamlProblem(err)
	}
	switch {
	case len(file.Docs) > 1 && file.Docs[1].Body != nil:
		return list, fmt.Errorf("%d: there must be one document", lineOf(file.Docs[1].Body))
	case len(file.Docs) == 0 || file.Docs[0].Body == nil:
		return list, errors.New("1: there must be an object of accounts and invites")
	}
	if _, isObject := file.Docs[0].Body.(ast.MapNode); !isObject {
		return list, fmt.Errorf("%d: there must be an object of accounts and invites", lineOf(file.Docs[0].Body))
	}
	accountTexts().asWritten(file.Docs[0].Body)
	if err := yaml.NodeToValue(file.Docs[0].Body, &list, yaml.Strict()); err != nil {
		return list, yamlProblem(err)
	}
	if bad := pds.CheckAccounts(list.Accounts, list.Invites); bad != nil {
		return list, fmt.Errorf("%d: %w", lineOfPath(file, bad.Path), bad)
	}
	if err := pds.CheckIdentities(list.Identities); err != nil {
		path, _, _ := strings.Cut(err.Error(), ".")
		return list, fmt.Errorf("%d: %w", lineOfPath(file, path), err)
	}
	return list, nil
}

// yamlProblem keeps the place and the problem, not the text that is quoted.
func yamlProblem(err error) error {
	var located yaml.Error
	if errors.As(err, &located) && located.GetToken() != nil {
		return fmt.Errorf("%d: %s", located.GetToken().Position.Line, strings.Join(strings.Fields(located.GetMessage()), " "))
	}
	return errors.New(strings.Join(strings.Fields(yaml.FormatError(err, false, false)), " "))
}

func lineOf(node ast.Node) int { return node.GetToken().Position.Line }

// lineOfPath is the line of a field, or of the innermost thing around it that
// is there.
func lineOfPath(file *ast.File, path string) int {
	for path != "" {
		if parsed, err := yaml.PathString("$." + path); err == nil {
			if node, err := parsed.FilterFile(file); err == nil && node != nil {
				return lineOf(node)
			}
		}
		path = path[:max(0, strings.LastIndexAny(path, ".["))]
	}
	return 1
}
