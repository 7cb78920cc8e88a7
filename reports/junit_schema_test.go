package reports

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
)

// junitElement says what the schema of CI systems lets an element hold, as far
// as we write it: the attributes that must and may be there, the elements in
// it, and whether text may be.
type junitElement struct {
	must, may, holds []string
	text             bool
}

// junitModel is what the strictest reader takes, the xUnit plugin of Jenkins,
// which refuses a whole file for one attribute too many.
//
// Source: https://github.com/jenkinsci/xunit-plugin/blob/master/src/main/resources/org/jenkinsci/plugins/xunit/types/model/xsd/junit-10.xsd
var junitModel = map[string]junitElement{
	"testsuites": {may: []string{"name", "time", "tests", "failures", "errors"}, holds: []string{"testsuite"}},
	"testsuite": {must: []string{"name", "tests", "failures", "errors"}, may: []string{"skipped", "time", "timestamp"},
		holds: []string{"properties", "testcase", "system-out"}},
	"properties": {holds: []string{"property"}},
	"property":   {must: []string{"name", "value"}},
	"testcase": {must: []string{"name"}, may: []string{"classname", "time"},
		holds: []string{"skipped", "error", "failure", "system-out"}},
	"skipped":    {may: []string{"type", "message"}, text: true},
	"error":      {may: []string{"type", "message"}, text: true},
	"failure":    {may: []string{"type", "message"}, text: true},
	"system-out": {text: true},
}

// junitProblems returns what the model does not allow in a document.
func junitProblems(document string) []string {
	var problems, path []string
	note := func(format string, args ...any) {
		problems = append(problems, strings.Join(path, "/")+": "+fmt.Sprintf(format, args...))
	}
	decoder := xml.NewDecoder(strings.NewReader(document))
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return problems
		} else if err != nil {
			return append(problems, err.Error())
		}
		switch token := token.(type) {
		case xml.StartElement:
			name := token.Name.Local
			if n := len(path); n == 0 && name != "testsuites" || n > 0 && !slices.Contains(junitModel[path[n-1]].holds, name) {
				note("holds %s", name)
			}
			path = append(path, name)
			model, names := junitModel[name], []string{}
			for _, attribute := range token.Attr {
				names = append(names, attribute.Name.Local)
				if !slices.Contains(append(model.must, model.may...), attribute.Name.Local) {
					note("has the attribute %s", attribute.Name.Local)
				}
			}
			for _, must := range model.must {
				if !slices.Contains(names, must) {
					note("lacks the attribute %s", must)
				}
			}
		case xml.EndElement:
			path = path[:len(path)-1]
		case xml.CharData:
			if n := len(path); n > 0 && !junitModel[path[n-1]].text && strings.TrimSpace(string(token)) != "" {
				note("holds text")
			}
		}
	}
}

func TestJUnitFitsTheSchemaOfReaders(t *testing.T) {
	t.Parallel()
	for name, report := range map[string]*Report{"sample": New(sample()), "large": large(100, 100), "empty": New(Content{})} {
		var document strings.Builder
		if err := EncodeJUnit(&document, report); err != nil {
			t.Fatal(err)
		}
		for _, problem := range junitProblems(document.String()) {
			t.Errorf("%s: %s", name, problem)
		}
	}
}

// TestJUnitModelRefuses shows that the model holds a document to something.
func TestJUnitModelRefuses(t *testing.T) {
	t.Parallel()
	for document, want := range map[string]string{
		`<testsuite name="a" tests="1" failures="0" errors="0"/>`:             "holds testsuite",
		`<testsuites skipped="1"/>`:                                           "has the attribute skipped",
		`<testsuites><testsuite name="a" tests="1" errors="0"/></testsuites>`: "lacks the attribute failures",
		`<testsuites>words</testsuites>`:                                      "holds text",
		`<testsuites><testcase name="a"/></testsuites>`:                       "holds testcase",
		`<testsuites>`: "unexpected EOF",
	} {
		if problems := strings.Join(junitProblems(document), "; "); !strings.Contains(problems, want) {
			t.Errorf("%s: %q, want %q", document, problems, want)
		}
	}
}
