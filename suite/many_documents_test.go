package suite

import (
	"fmt"
	"io/fs"
	"runtime"
	"testing"
	"testing/fstest"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/schema"
)

// folder makes a folder of that many documents: methods of every kind of
// property, each with definitions of its own and a ref to another document.
func folder(number int) fs.FS {
	documents := fstest.MapFS{}
	for i := range number {
		group, name := fmt.Sprintf("group%d", i/50), fmt.Sprintf("method%d", i)
		other := fmt.Sprintf("com.example.group%d.method%d#view", i*7%number/50, i*7%number)
		text := fmt.Sprintf(`{"lexicon":1,"id":"com.example.%s.%s","defs":{"main":%s,
			"view":{"type":"object","required":["did","indexedAt"],"properties":{
				"did":{"type":"string","format":"did"},"handle":{"type":"string","format":"handle"},
				"indexedAt":{"type":"string","format":"datetime"},"labels":{"type":"array","items":{"type":"string"},"maxLength":10},
				"count":{"type":"integer","minimum":0,"maximum":100}}}}}`, group, name, method(i, other))
		documents["com/example/"+group+"/"+name+".json"] = &fstest.MapFile{Data: []byte(text)}
	}
	return documents
}

func method(i int, ref string) string {
	output := fmt.Sprintf(`"output":{"encoding":"application/json","schema":{"type":"object","required":["items"],"properties":{
		"cursor":{"type":"string"},"items":{"type":"array","items":{"type":"ref","ref":%q}}}}}`, ref)
	if i%3 == 0 {
		return `{"type":"procedure","errors":[{"name":"NotFound"},{"name":"Taken"}],"input":{"encoding":"application/json","schema":{
			"type":"object","required":["subject","text"],"properties":{"subject":{"type":"string","format":"at-uri"},
			"text":{"type":"string","maxLength":300},"flag":{"type":"boolean"},"parent":{"type":"ref","ref":"#view"}}}},` + output + `}`
	}
	return `{"type":"query","parameters":{"type":"params","required":["actor"],"properties":{
		"actor":{"type":"string","format":"at-identifier"},"limit":{"type":"integer","minimum":1,"maximum":100,"default":50}}},` + output + `}`
}

// listing is everything that is made of a folder before a run.
type listing struct {
	schemas      *schema.Set
	requirements []reports.Requirement
}

// listed loads a folder, compiles its schemas and lists its requirements.
func listed(tb testing.TB, documents fs.FS) listing {
	tb.Helper()
	catalog, err := lexicons.Load(documents)
	if err != nil {
		tb.Fatal(err)
	}
	schemas, err := schema.Compile(catalog)
	if err != nil {
		tb.Fatal(err)
	}
	requirements, err := List(Config{Catalog: catalog})
	if err != nil {
		tb.Fatal(err)
	}
	return listing{schemas, requirements}
}

// TestManyDocuments holds ten times the documents to ten times the memory,
// which is counted: time is for the benchmark. It can't be parallel, since it
// counts what the whole process allocates.
func TestManyDocuments(t *testing.T) {
	listed(t, folder(100)) // what is made once
	few, spentOnFew, _ := memoryOf(t, folder(100))
	many, spentOnMany, held := memoryOf(t, folder(1000))
	t.Logf("100 documents: %d requirements, %d KiB spent; 1,000: %d, %d KiB, of which %d KiB are held",
		few, spentOnFew>>10, many, spentOnMany>>10, held>>10)
	if spentOnMany > 12*spentOnFew || many < 9*few {
		t.Errorf("ten times the documents take %.1f times the memory, for %d requirements in place of %d",
			float64(spentOnMany)/float64(spentOnFew), many, few)
	}
	if held > 150<<20 { // the collector lets a process grow to twice that
		t.Errorf("1,000 documents hold %d MiB", held>>20)
	}
}

func memoryOf(t *testing.T, documents fs.FS) (requirements int, spent, held uint64) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	list := listed(t, documents)
	runtime.GC()
	runtime.ReadMemStats(&after)
	requirements = len(list.requirements)
	runtime.KeepAlive(list)
	return requirements, after.TotalAlloc - before.TotalAlloc, after.HeapAlloc - before.HeapAlloc
}

// BenchmarkList is all of `pdsconform list` but for printing: of the embedded
// documents, and of folders of a hundred and of a thousand.
func BenchmarkList(b *testing.B) {
	embedded, err := lexicons.FS(lexicons.DefaultRevision)
	if err != nil {
		b.Fatal(err)
	}
	for name, documents := range map[string]fs.FS{"embedded": embedded, "100": folder(100), "1000": folder(1000)} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				listed(b, documents)
			}
		})
	}
}
