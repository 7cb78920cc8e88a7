package derive

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/suite/internal/schema"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/target"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// invented is the NSID of the method that the tests derive from.
const invented = "com.example.thing"

// loaded is a catalogue of one document, whose definitions are given.
func loaded(t *testing.T, definitions string) *lexicons.Catalog {
	t.Helper()
	catalog, err := lexicons.Load(fstest.MapFS{"com/example/thing.json": {
		Data: []byte(`{"lexicon":1,"id":"` + invented + `","defs":{` + definitions + `}}`)}})
	if err != nil {
		t.Fatal(err)
	}
	return catalog
}

// procedure is a definition of a method with an input and an output of those
// properties, all of them required.
func procedure(properties string) string {
	var members map[string]json.RawMessage
	if err := json.Unmarshal([]byte("{"+properties+"}"), &members); err != nil {
		panic(err)
	}
	var names []string
	for name := range members {
		names = append(names, name)
	}
	required, _ := json.Marshal(names)
	object := `{"encoding":"application/json","schema":{"type":"object","required":` + string(required) + `,"properties":{` + properties + `}}}`
	return `"main":{"type":"procedure","input":` + object + `,"output":` + object + `}`
}

func compiled(t *testing.T, catalog *lexicons.Catalog) *schema.Set {
	t.Helper()
	set, err := schema.Compile(catalog)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// decoded is a value as it comes back from a server.
func decoded(t *testing.T, value any) any {
	t.Helper()
	encoded, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	decoder := json.NewDecoder(strings.NewReader(string(encoded)))
	decoder.UseNumber()
	var back any
	if err := decoder.Decode(&back); err != nil {
		t.Fatal(err)
	}
	return back
}

// try runs a check on a bench of a target that nothing is sent to.
func try(t *testing.T, run func(t *spec.Trial)) spec.Verdict {
	t.Helper()
	client := xrpc.NewClient("http://127.0.0.1:9", time.Minute, xrpc.NewSecrets())
	t.Cleanup(client.Close)
	server := target.New(target.Options{Client: client, Random: rand.New(rand.NewPCG(1, 2))})
	bench := spec.NewBench(server, nil, func(xrpc.Exchange) []spec.Finding { return nil })
	return spec.Try(t.Context(), spec.Case{Run: func(_ context.Context, trial *spec.Trial) { run(trial) }}, bench)
}
