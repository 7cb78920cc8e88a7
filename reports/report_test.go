package reports

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v5"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// sample returns one result of every kind, out of order.
func sample() Content {
	requirement := func(id, endpoint string, level Level, authority Authority) Requirement {
		return Requirement{
			ID: id, Title: "The obligation of " + id + ".", Endpoint: "com.atproto.server." + endpoint,
			Level: level, Authority: authority, Origin: Derived,
			Source: "com/atproto/server/" + endpoint + ".json#/defs/main",
		}
	}
	exchange := Exchange{
		Request: Request{
			Method: "POST", URL: "http://127.0.0.1:2583/xrpc/com.atproto.server.createSession",
			Headers: map[string][]string{"Content-Type": {"application/json"}, "Accept": {"*/*"}},
			Body:    `{"identifier":"<alice>.test","password":"[password]"}`,
		},
		Response: Response{
			Status: 500, Headers: map[string][]string{"Content-Type": {"text/plain"}},
			Body: "\x00 went & wrong \xff", DurationMs: 3,
		},
		Curl: `curl -X POST 'http://127.0.0.1:2583/xrpc/com.atproto.server.createSession'`,
	}
	return Content{
		Version: "1.2.3",
		Run: Run{
			ID: "4f1c", StartedAt: time.Date(2023, 4, 18, 20, 0, 0, 5e8, time.FixedZone("", 7200)),
			DurationMs: 1234, Seed: 7, Revision: "2023-04",
		},
		Target: Target{
			URL: "http://127.0.0.1:2583", Embedded: true,
			DescribeServer: json.RawMessage(`{"availableUserDomains":[".test"]}`),
			Capabilities:   Capabilities{Admin: true, Mail: "control", Clock: true, Takedown: true},
		},
		Results: []Result{
			{Requirement: requirement("server.createSession.success.status", "createSession", Must, Lexicon),
				Outcome: Failed, DurationMs: 4, Expected: "status 200", Actual: "status 500,\nno JSON", Exchanges: []Exchange{exchange},
				SeenIn: []string{"server.createSession.journey"}},
			{Requirement: requirement("server.createAccount.error.InvalidHandle", "createAccount", Must, Lexicon),
				Outcome: Passed, DurationMs: 2, Error: "InvalidHandle"},
			{Requirement: requirement("server.createAccount.error.InvalidPassword", "createAccount", Must, Lexicon),
				Outcome: NotObserved, Reason: "the target accepts every password", Error: "InvalidPassword"},
			{Requirement: requirement("server.createSession.input.unknown", "createSession", Should, XRPC),
				Outcome: Failed, Expected: "status 200", Actual: "status 400", Exchanges: []Exchange{exchange}},
			{Requirement: requirement("server.createSession.error.AccountTakedown", "createSession", Must, Lexicon),
				Outcome: Blocked, Reason: "accounts can't be taken down", Unlock: "--control or hooks.takedown", Error: "AccountTakedown"},
			{Requirement: requirement("server.describeServer.method", "describeServer", May, Reference),
				Outcome: Excluded, Reason: "--skip server.describeServer"},
			{Requirement: requirement("server.describeServer.output", "describeServer", Should, Security),
				Outcome: KnownFailure, Reason: "fixed in the next release", Expected: "a list", Actual: "null"},
			{Requirement: requirement("server.getSession.method", "getSession", Must, Lexicon),
				Outcome: Errored, Reason: "connection reset", Fault: FaultTarget,
				Exchanges: []Exchange{{Request: Request{Method: "GET", URL: "http://127.0.0.1:1/"}, Response: Response{Error: "connection reset"}}}},
		},
		Requests: 42,
		Accounts: Accounts{Created: 3, Left: 1},
	}
}

func TestGolden(t *testing.T) {
	t.Parallel()
	strict := sample()
	strict.Run.Strict = true
	for name, content := range map[string]Content{"plain": sample(), "strict": strict, "empty": {}} {
		for _, format := range Formats() {
			t.Run(name+"/"+format.Name, func(t *testing.T) {
				t.Parallel()
				var got bytes.Buffer
				if err := format.Encode(&got, New(content)); err != nil {
					t.Fatal(err)
				}
				golden(t, filepath.Join("testdata", name+"-"+format.File+".golden"), got.Bytes())
			})
		}
	}
}

func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs (run with -update to accept):\n%s", path, got)
	}
}

func TestSameResultsInAnyOrderGiveSameBytes(t *testing.T) {
	t.Parallel()
	content := sample()
	var forwards, backwards bytes.Buffer
	if err := EncodeJSON(&forwards, New(content)); err != nil {
		t.Fatal(err)
	}
	slices.Reverse(content.Results)
	if err := EncodeJSON(&backwards, New(content)); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(forwards.Bytes(), backwards.Bytes()) {
		t.Error("the order in which results came shows in the document")
	}
}

func TestDocumentFitsItsSchema(t *testing.T) {
	t.Parallel()
	schema := jsonschema.MustCompileString("report.schema.json", JSONSchema)
	for name, content := range map[string]Content{"sample": sample(), "empty": {}} {
		if err := validate(t, schema, New(content)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestSchemaRefuses shows that the schema holds a document to something.
func TestSchemaRefuses(t *testing.T) {
	t.Parallel()
	schema := jsonschema.MustCompileString("report.schema.json", JSONSchema)
	for name, corrupt := range map[string]func(*Report){
		"another schema":             func(r *Report) { r.Schema = "pdsconform.report/v2" },
		"unknown outcome":            func(r *Report) { r.Results[0].Outcome = "skipped" },
		"blocked without reason":     func(r *Report) { r.Results[0].Outcome, r.Results[0].Reason = Blocked, "" },
		"errored without fault":      func(r *Report) { r.Results[0].Outcome, r.Results[0].Reason = Errored, "x" },
		"reference at must":          func(r *Report) { r.Results[0].Authority = Reference },
		"id with a space":            func(r *Report) { r.Results[0].ID = "server.create account" },
		"exit code outside the list": func(r *Report) { r.Summary.ExitCode = 42 },
		"negative count":             func(r *Report) { r.Summary.Requests = -1 },
	} {
		report := New(sample())
		corrupt(report)
		if validate(t, schema, report) == nil {
			t.Errorf("%s: the schema accepts it", name)
		}
	}
}

func validate(t *testing.T, schema *jsonschema.Schema, report *Report) error {
	t.Helper()
	var buffer bytes.Buffer
	if err := EncodeJSON(&buffer, report); err != nil {
		t.Fatal(err)
	}
	decoder := json.NewDecoder(&buffer)
	decoder.UseNumber()
	var document any
	if err := decoder.Decode(&document); err != nil {
		t.Fatal(err)
	}
	return schema.Validate(document)
}

func TestReadReturnsWhatWasWritten(t *testing.T) {
	t.Parallel()
	content := sample()
	content.Results[0].Exchanges[0].Response.Body = "valid UTF-8 \x00 <&>"
	content.Results[3].Exchanges = content.Results[0].Exchanges
	var first, second bytes.Buffer
	if err := EncodeJSON(&first, New(content)); err != nil {
		t.Fatal(err)
	}
	report, err := Read(bytes.NewReader(first.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	report.Summarize()
	if err := EncodeJSON(&second, report); err != nil {
		t.Fatal(err)
	}
	if first.String() != second.String() {
		t.Errorf("reading and writing again changed the document:\n%s", second.String())
	}
}

func TestReadRefuses(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ document, want string }{
		"empty":           {" \n", "empty"},
		"no json":         {"<html>", "not a json document"},
		"no schema":       {"{}", "names no schema"},
		"selftest":        {`{"schema":"pdsconform.selftest/v1"}`, "no report of a run"},
		"later version":   {`{"schema":"pdsconform.report/v2"}`, "unknown version pdsconform.report/v2"},
		"unknown outcome": {fmt.Sprintf(`{"schema":%q,"results":[{"outcome":"skipped"}]}`, Schema), `unknown outcome "skipped"`},
		"unknown level":   {fmt.Sprintf(`{"schema":%q,"results":[{"level":"shall"}]}`, Schema), `unknown level "shall"`},
		"trailing data":   {fmt.Sprintf(`{"schema":%q}{}`, Schema), "not a json document"},
	} {
		report, err := Read(strings.NewReader(test.document))
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, %v; want an error with %q", name, report, err, test.want)
		}
	}
}
