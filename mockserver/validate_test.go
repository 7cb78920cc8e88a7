package mockserver_test

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/pdsconform/pdsconform/fixtures"
	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/mockserver"
)

// catalogs are the documents of truth tables, each loaded once: a table has many
// values of one document.
type catalogs map[string]*lexicons.Catalog

// of loads the document of a value, or the embedded ones.
func (c catalogs) of(t *testing.T, value fixtures.Value) *lexicons.Catalog {
	t.Helper()
	path, _, _ := strings.Cut(value.Pointer, "#")
	key := path + string(value.Document)
	if value.Document == nil {
		key = ""
	}
	if c[key] != nil {
		return c[key]
	}
	var err error
	if value.Document == nil {
		c[key], err = lexicons.LoadRevision(lexicons.DefaultRevision)
	} else {
		c[key], err = lexicons.Load(fstest.MapFS{path: {Data: value.Document}})
	}
	if err != nil {
		t.Fatal(err)
	}
	return c[key]
}

func TestValidateAgreesWithTheTables(t *testing.T) {
	t.Parallel()
	values, err := fixtures.Values()
	if err != nil {
		t.Fatal(err)
	}
	loaded := catalogs{}
	for _, value := range values {
		err := mockserver.Validate(loaded.of(t, value), value.Pointer, value.Value)
		var unfit *mockserver.ValueError
		if err != nil && !errors.As(err, &unfit) {
			t.Errorf("%s: %v", value.Name, err)
		}
		if (err == nil) != value.Valid {
			t.Errorf("%s: %s is valid: %v (%s), but: %v", value.Name, value.Value, value.Valid, value.Why, err)
		}
	}
}

func TestValidateSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	catalog, err := lexicons.LoadRevision(lexicons.DefaultRevision)
	if err != nil {
		t.Fatal(err)
	}
	const input = "com/atproto/server/createInviteCodes.json#/defs/main/input/schema"
	for _, row := range []struct{ pointer, value, want string }{
		{input, `{"codeCount":1,"useCount":1,"forAccounts":["did:web:a","admin"]}`, "Value/forAccounts/1 must be a valid did (" + input + ")"},
		{input, `{"useCount":1}`, `Value must have the property "codeCount" (` + input + ")"},
		{input, `{} {}`, "validate: not JSON: something follows the value"},
		{input, ``, "validate: not JSON: EOF"},
		{"com/atproto/server/createInviteCodes.json#/defs/main", `{}`, "validate: com/atproto/server/createInviteCodes.json#/defs/main: a procedure is no type of value"},
		{"createInviteCodes", `{}`, `validate: no schema at "createInviteCodes": pointers look like com/example/thing.json#/defs/main`},
	} {
		if err := mockserver.Validate(catalog, row.pointer, []byte(row.value)); err == nil || err.Error() != row.want {
			t.Errorf("%s at %s: %v, want %s", row.value, row.pointer, err, row.want)
		}
	}
}
