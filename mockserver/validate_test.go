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

// catalogOf loads the document of a truth table, or the embedded ones.
func catalogOf(t *testing.T, value fixtures.Value) *lexicons.Catalog {
	t.Helper()
	catalog, err := lexicons.LoadRevision(lexicons.DefaultRevision)
	if value.Document != nil {
		path, _, _ := strings.Cut(value.Pointer, "#")
		catalog, err = lexicons.Load(fstest.MapFS{path: {Data: value.Document}})
	}
	if err != nil {
		t.Fatal(err)
	}
	return catalog
}

func TestValidateAgreesWithTheTables(t *testing.T) {
	t.Parallel()
	values, err := fixtures.Values()
	if err != nil {
		t.Fatal(err)
	}
	for _, value := range values {
		err := mockserver.Validate(catalogOf(t, value), value.Pointer, value.Value)
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
