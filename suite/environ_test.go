package suite

import (
	"os"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/reports"
)

// environConfig is the configuration in the variables that `pdsconform run`
// takes; found says whether they name a target.
func environConfig(lookup func(string) string) (config Config, found bool, err error) {
	text := func(name string) string { return lookup("PDSCONFORM_" + name) }
	number := func(name string) int { return parsed(&err, name, text(name), strconv.Atoi) }
	list := func(name string) []string {
		return strings.FieldsFunc(text(name), func(r rune) bool { return r == ',' })
	}
	config = Config{
		Target: text("TARGET"), Control: text("CONTROL"), PLC: text("PLC"), Mail: text("MAIL"), HandleDomain: text("HANDLE_DOMAIN"),
		AdminPassword: text("ADMIN_PASSWORD"), InviteCode: text("INVITE_CODE"), Revision: text("REVISION"),
		Endpoints: list("ENDPOINT"), Only: list("ONLY"), Skip: list("SKIP"), LabelFilter: text("LABEL_FILTER"), Require: list("REQUIRE"),
		MinChecked: number("MIN_CHECKED"), BudgetRequests: number("BUDGET_REQUESTS"), BudgetAccounts: number("BUDGET_ACCOUNTS"),
		Strict:   parsed(&err, "STRICT", text("STRICT"), strconv.ParseBool),
		Seed:     int64(number("SEED")),
		Timeout:  parsed(&err, "TIMEOUT", text("TIMEOUT"), time.ParseDuration),
		Patience: parsed(&err, "PATIENCE", text("PATIENCE"), time.ParseDuration),
	}
	config.AccountHandle, config.AccountPassword, _ = strings.Cut(text("ACCOUNT"), ":")
	if parallel := text("PARALLEL"); parallel != "auto" {
		config.Parallel = number("PARALLEL")
	}
	if path := text("KNOWN_FAILURES"); path != "" {
		config.KnownFailures = parsed(&err, "KNOWN_FAILURES", path, knownFailures)
	}
	return config, config.Target != "", err
}

// parsed reads a variable, an empty one as none, and keeps the first error.
func parsed[T any](first *error, name, text string, parse func(string) (T, error)) (value T) {
	if text == "" {
		return value
	}
	value, err := parse(text)
	if err != nil && *first == nil {
		*first = &UsageError{"PDSCONFORM_" + name + ": " + err.Error()}
	}
	return value
}

func knownFailures(path string) ([]reports.ExpectedFailure, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return reports.ReadExpectedFailures(file)
}

// conformanceConfig is the server that the environment names, or else a mock.
func conformanceConfig(t *testing.T) Config {
	t.Helper()
	config, found, err := environConfig(os.Getenv)
	if err != nil {
		t.Fatal(err)
	}
	if !found {
		return mockConfig(t)
	}
	if config.Revision != "" && config.Revision != "auto" {
		return config
	}
	if config, err = ChooseRevision(t.Context(), config); err != nil {
		t.Fatal(err)
	}
	return config
}

func TestEnvironConfig(t *testing.T) {
	t.Parallel()
	variables := map[string]string{
		"PDSCONFORM_TARGET": "http://localhost:2583", "PDSCONFORM_REVISION": lexicons.DefaultRevision, "PDSCONFORM_ONLY": "a,b.c",
		"PDSCONFORM_ACCOUNT": "alice.test:pass:word", "PDSCONFORM_STRICT": "true", "PDSCONFORM_TIMEOUT": "3s", "PDSCONFORM_PARALLEL": "auto",
	}
	config, found, err := environConfig(func(name string) string { return variables[name] })
	want := Config{
		Target: "http://localhost:2583", Revision: lexicons.DefaultRevision, Only: []string{"a", "b.c"}, Endpoints: []string{}, Skip: []string{}, Require: []string{},
		AccountHandle: "alice.test", AccountPassword: "pass:word", Strict: true, Timeout: 3 * time.Second,
	}
	if err != nil || !found || !reflect.DeepEqual(config, want) {
		t.Errorf("got %+v, %v, want %+v", config, err, want)
	}
	_, _, err = environConfig(func(name string) string { return map[string]string{"PDSCONFORM_SEED": "many"}[name] })
	if err == nil || !strings.Contains(err.Error(), "PDSCONFORM_SEED") {
		t.Errorf("got %v, want an error that names the variable", err)
	}
}
