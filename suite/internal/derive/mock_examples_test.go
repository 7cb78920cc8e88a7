package derive

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/pdsconform/pdsconform/fixtures"
	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/mockserver"
	"github.com/pdsconform/pdsconform/suite/internal/schema"
)

// documents is a folder to try the mock's examples on, besides those at hand.
var documents = flag.String("documents", "", "folder of lexicon documents for TestMockExamplesAreValid")

// TestMockExamplesAreValid holds what the mock makes from documents against
// the suite's own reading of them, over all methods that have an output.
func TestMockExamplesAreValid(t *testing.T) {
	t.Parallel()
	folders := map[string]fs.FS{"truth tables": truthTables(t)}
	for _, revision := range lexicons.Revisions()[1:] { // the mock serves the first
		folder, err := lexicons.FS(revision)
		if err != nil {
			t.Fatal(err)
		}
		folders[revision] = folder
	}
	if *documents != "" {
		folders[*documents] = os.DirFS(*documents)
	}
	for name, folder := range folders {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			catalog, err := lexicons.Load(folder)
			if err != nil {
				t.Fatal(err)
			}
			reading, err := schema.Compile(catalog)
			if err != nil {
				t.Fatal(err)
			}
			caller := newExampleCaller(t, folder)
			for _, method := range catalog.Methods() {
				caller.call(method, reading)
			}
			t.Logf("%d of %d methods answered by an example, %d by the mock itself", caller.examples, len(catalog.Methods()), caller.handled)
			if caller.examples == 0 {
				t.Error("nothing was answered by an example")
			}
		})
	}
}

// truthTables are the documents of the truth tables, and for each of their
// definitions that values can meet a method that answers with it.
func truthTables(t *testing.T) fs.FS {
	t.Helper()
	values, err := fixtures.Values()
	if err != nil {
		t.Fatal(err)
	}
	files, defined := fstest.MapFS{}, map[string]bool{}
	for _, value := range values {
		place, pointer, _ := strings.Cut(value.Pointer, "#")
		name := strings.TrimPrefix(pointer, "/defs/")
		id := strings.ReplaceAll(strings.TrimSuffix(place, ".json"), "/", ".")
		if !value.Valid || value.Document == nil || strings.Contains(name, "/") || name == "main" || defined[value.Pointer] {
			continue
		}
		defined[value.Pointer] = true
		files[place] = &fstest.MapFile{Data: value.Document}
		files[fmt.Sprint(len(defined), ".json")] = &fstest.MapFile{Data: fmt.Appendf(nil, `{"lexicon":1,"id":"com.example.method%d","defs":{"main":{"type":"query",
			"output":{"encoding":"application/json","schema":{"type":"object","required":["value"],"properties":{"value":{"type":"ref","ref":"%s#%s"}}}}}}}`, len(defined), id, name)}
	}
	return files
}

// exampleCaller calls the methods of a mock as somebody who is logged in.
type exampleCaller struct {
	*testing.T
	server            *mockserver.Server
	access            string
	examples, handled int
}

func newExampleCaller(t *testing.T, folder fs.FS) *exampleCaller {
	server := mockserver.RunT(t, mockserver.Options{Seed: 3, Lexicons: []fs.FS{folder}})
	c := &exampleCaller{T: t, server: server}
	status, _, body := c.send(http.MethodPost, "com.atproto.server.createAccount", "", "application/json",
		[]byte(`{"handle":"alice.test","email":"alice@example.com","password":"correct horse"}`))
	var session struct{ AccessJwt string }
	if err := json.Unmarshal(body, &session); err != nil || status != http.StatusOK {
		t.Fatalf("sign-up is %d %s", status, body)
	}
	c.access = "Bearer " + session.AccessJwt
	return c
}

// call sends the plainest request, and holds an example against the document.
func (c *exampleCaller) call(method *lexicons.Method, reading *schema.Set) {
	query := url.Values{}
	if method.Params != nil {
		for _, property := range method.Params.Properties {
			if method.Params.Requires(property.Name) {
				query[property.Name] = sampleParameter(property.Schema)
			}
		}
	}
	media, input := "", []byte(nil)
	if method.Input != nil {
		if media = method.Input.Encoding; strings.Contains(media, "*") {
			media = "image/png"
		}
		if input = []byte("x"); method.Input.Schema != nil {
			input, _ = json.Marshal(sample(method.Input.Schema, maxSampleDepth)) // made of JSON values
		}
	}
	credential := c.access
	if strings.HasPrefix(method.NSID, "com.atproto.admin.") {
		credential = "Basic YWRtaW46YWRtaW4tcGFzcw=="
	}
	status, header, body := c.send(method.Verb(), method.NSID+"?"+query.Encode(), credential, media, input)
	switch {
	case header.Get("X-Pdsconform-Answered-By") != "example" && status != http.StatusNotImplemented && c.isServed(method.NSID):
		c.handled++
		return
	case status != http.StatusOK || header.Get("X-Pdsconform-Answered-By") != "example":
		c.Errorf("%s is answered %d %s", method.NSID, status, body)
		return
	}
	c.examples++
	if method.Output == nil || method.Output.Schema == nil {
		return
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		c.Errorf("%s: %v in %s", method.NSID, err, body)
		return
	}
	for _, violation := range reading.Validate(method.Output.Schema.At(), value) {
		c.Errorf("%s: %s %+v", method.NSID, violation.Place(), violation)
	}
}

// isServed reports whether the mock has a handler for a method, by answering
// it even where no documents are added.
func (c *exampleCaller) isServed(nsid string) bool {
	err := c.server.SetAnswers(mockserver.Answer{Method: nsid, Unchecked: true})
	_ = c.server.SetAnswers()
	return err != nil
}

func (c *exampleCaller) send(verb, path, credential, media string, input []byte) (int, http.Header, []byte) {
	c.Helper()
	request, err := http.NewRequestWithContext(c.Context(), verb, c.server.URL+"/xrpc/"+path, bytes.NewReader(input))
	if err != nil {
		c.Fatal(err)
	}
	if media != "" {
		request.Header.Set("Content-Type", media)
	}
	if credential != "" {
		request.Header.Set("Authorization", credential)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		c.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		c.Fatal(err)
	}
	return response.StatusCode, response.Header, body
}
