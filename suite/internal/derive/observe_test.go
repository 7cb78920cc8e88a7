package derive

import (
	"errors"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// nested is a method whose output has values at several depths.
const nested = `"main":{"type":"query","output":{"encoding":"application/json","schema":{
	"type":"object","required":["codes","count"],"properties":{
		"codes":{"type":"array","maxLength":2,"items":{"type":"ref","ref":"#code"}},
		"count":{"type":"integer","minimum":0,"maximum":9},
		"name":{"type":"string","maxLength":5},
		"at":{"type":"string","format":"datetime"},
		"links":{"type":"object","required":["home"],"properties":{"home":{"type":"string","format":"uri"}}},
		"matrix":{"type":"array","items":{"type":"array","items":{"type":"string","format":"did"}}},
		"pick":{"type":"union","refs":["#code"]},
		"blob":{"type":"blob"},
		"tree":{"type":"ref","ref":"#tree"}}}}},
	"code":{"type":"object","required":["code","uses"],"properties":{
		"code":{"type":"string","enum":["a","b"]},
		"uses":{"type":"array","items":{"type":"object","required":["usedBy"],"properties":{
			"usedBy":{"type":"string","format":"did"},"more":{"type":"boolean"}}}}}},
	"tree":{"type":"object","required":["label"],"properties":{
		"label":{"type":"string"},"left":{"type":"ref","ref":"#tree"}}}`

// observed judges an answer of a method, and returns the violated requirements
// without the method's prefix.
func observed(t *testing.T, definitions string, exchange xrpc.Exchange) []spec.Finding {
	t.Helper()
	catalog := loaded(t, definitions)
	method := catalog.Method(invented)
	cases := Cases(catalog, map[string]spec.Recipe{invented: Recipe(method)}, nil)
	if err := spec.Validate(cases); err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, c := range cases {
		known[c.ID] = true
	}
	if exchange.Request.NSID == "" {
		exchange.Request.NSID = invented
	}
	findings := Observer(catalog, compiled(t, catalog), cases)(exchange)
	for i, finding := range findings {
		if !known[finding.ID] {
			t.Errorf("%s is no requirement", finding.ID)
		}
		if finding.Expected == "" || finding.Actual == "" {
			t.Errorf("%s: expected %q, actual %q", finding.ID, finding.Expected, finding.Actual)
		}
		findings[i].ID = strings.TrimPrefix(finding.ID, invented+".")
	}
	return findings
}

func idsOf(findings []spec.Finding) []string {
	var ids []string
	for _, finding := range findings {
		ids = append(ids, finding.ID)
	}
	slices.Sort(ids)
	return ids
}

func answered(status int, mediaType, body string) xrpc.Exchange {
	exchange := xrpc.Exchange{Status: status, Header: http.Header{}, Body: []byte(body)}
	if mediaType != "" {
		exchange.Header.Set("Content-Type", mediaType)
	}
	return exchange
}

const asJSON = "application/json"

// TestOwners gives answers that break the schema, and asks for the requirement
// that each violation is charged to: its own, or the nearest above it.
func TestOwners(t *testing.T) {
	t.Parallel()
	const sound = `"count":1,"codes":[]`
	for body, want := range map[string]string{
		`{` + sound + `}`: "",
		`{"count":1,"codes":[{"code":"a","uses":[{"usedBy":"did:web:a.test","unknown":1}],"unknown":{}}],"unknown":[null]}`: "",

		`{}`:                                 "output.codes.required output.count.required",
		`[]`:                                 "output.type",
		`null`:                               "output.type",
		`{"codes":[]}`:                       "output.count.required",
		`{"count":"1","codes":{}}`:           "output.codes.type output.count.type",
		`{"count":null,"codes":null}`:        "output.codes.type output.count.type",
		`{"count":1.5,"codes":[]}`:           "output.count.type",
		`{"count":10,"codes":[]}`:            "output.count.bounds",
		`{` + sound + `,"name":"too long"}`:  "output.name.bounds",
		`{` + sound + `,"name":5}`:           "output.name.type",
		`{` + sound + `,"at":"yesterday"}`:   "output.at.format",
		`{` + sound + `,"at":5}`:             "output.at.type",
		`{` + sound + `,"links":{}}`:         "output.links.home.required",
		`{` + sound + `,"links":[]}`:         "output.links.type",
		`{` + sound + `,"links":{"home":5}}`: "output.links.home.type",

		`{"count":1,"codes":[1]}`:                                                                    "output.codes.items.type",
		`{"count":1,"codes":[{},{}]}`:                                                                "output.codes.items.code.required output.codes.items.code.required output.codes.items.uses.required output.codes.items.uses.required",
		`{"count":1,"codes":[{"code":"c","uses":[]}]}`:                                               "output.codes.items.code.bounds",
		`{"count":1,"codes":[{"code":"a","uses":{}}]}`:                                               "output.codes.items.uses.type",
		`{"count":1,"codes":[{"code":"a","uses":[{}]}]}`:                                             "output.codes.items.uses.items.usedBy.required",
		`{"count":1,"codes":[{"code":"a","uses":[{"usedBy":"x"}]}]}`:                                 "output.codes.items.uses.items.usedBy.format",
		`{"count":1,"codes":[{"code":"a","uses":[{"usedBy":["x"]}]}]}`:                               "output.codes.items.uses.items.usedBy.type",
		`{"count":1,"codes":[{"code":"a","uses":[5]}]}`:                                              "output.codes.items.uses.items.type",
		`{"count":1,"codes":[{"code":"a","uses":[]},{"code":"a","uses":5}]}`:                         "output.codes.items.uses.type",
		`{"count":1,"codes":[{"code":"a","uses":[]},{"code":"a","uses":[]},{"code":"a","uses":[]}]}`: "output.codes.bounds",

		`{` + sound + `,"matrix":[[],["did:web:a.test","x"]]}`: "output.matrix.items.items.format",
		`{` + sound + `,"matrix":["x"]}`:                       "output.matrix.items.type",

		// A union's and a blob's own members have no requirements of their own.
		`{` + sound + `,"pick":{}}`: "output.pick.type",
		`{` + sound + `,"pick":5}`:  "output.pick.type",
		`{` + sound + `,"pick":{"$type":"com.example.thing#code","code":"a","uses":[{}]}}`:    "output.pick.type",
		`{` + sound + `,"pick":{"$type":"com.example.other"}}`:                                "",
		`{` + sound + `,"blob":{"$type":"blob","ref":{"$link":5},"mimeType":"a/b","size":1}}`: "output.blob.type",
		`{` + sound + `,"blob":{}}`: "output.blob.type output.blob.type output.blob.type output.blob.type",

		// A definition that holds itself is followed once.
		`{` + sound + `,"tree":{}}`:                                       "output.tree.label.required",
		`{` + sound + `,"tree":{"label":"x","left":{}}}`:                  "output.tree.left.type",
		`{` + sound + `,"tree":{"label":"x","left":{"label":5}}}`:         "output.tree.left.type",
		`{` + sound + `,"tree":{"label":"x","left":{"left":{"left":5}}}}`: "output.tree.left.type output.tree.left.type output.tree.left.type",
	} {
		if got := strings.Join(idsOf(observed(t, nested, answered(200, asJSON, body))), " "); got != want {
			t.Errorf("%s:\n got %s\nwant %s", body, got, want)
		}
	}
}

// TestFindingsSayWhere tells what is wrong by the document and the place.
func TestFindingsSayWhere(t *testing.T) {
	t.Parallel()
	findings := observed(t, nested, answered(200, asJSON, `{"count":1,"codes":[{"code":"a","uses":[{"usedBy":"x"}]}]}`))
	if len(findings) != 1 {
		t.Fatalf("%d findings", len(findings))
	}
	if got := findings[0]; !strings.Contains(got.Expected, "com/example/thing.json#/defs/code/properties/uses/items/properties/usedBy") ||
		!strings.Contains(got.Actual, "/codes/0/uses/0/usedBy") {
		t.Errorf("expected %q, actual %q", got.Expected, got.Actual)
	}
}

func TestAnswersAsSuch(t *testing.T) {
	t.Parallel()
	const envelope = `{"error":"InvalidRequest","message":"no"}`
	dial := &net.OpError{Op: "dial", Err: errors.New("refused")}
	for name, test := range map[string]struct {
		definitions string
		exchange    xrpc.Exchange
		want        string
	}{
		"sound":                {nested, answered(200, "application/json; charset=utf-8", `{"count":1,"codes":[]}`), ""},
		"201":                  {nested, answered(201, asJSON, `{"count":1,"codes":[]}`), ""},
		"other media type":     {nested, answered(200, "text/plain", `{"count":1,"codes":[]}`), "output.media-type"},
		"no media type":        {nested, answered(200, "", `{"count":1,"codes":[]}`), "output.media-type"},
		"no JSON":              {nested, answered(200, "text/html", `<html>`), "output.media-type output.type"},
		"nothing":              {nested, answered(200, asJSON, ``), "output.type"},
		"more than JSON":       {nested, answered(200, asJSON, `{"count":1,"codes":[]} x`), "output.type"},
		"no output":            {`"main":{"type":"procedure"}`, answered(200, "", ""), ""},
		"a body all the same":  {`"main":{"type":"procedure"}`, answered(200, asJSON, "{}"), "output.none"},
		"no schema":            {`"main":{"type":"query","output":{"encoding":"image/png"}}`, answered(200, "image/png", "x"), ""},
		"no schema, media":     {`"main":{"type":"query","output":{"encoding":"image/png"}}`, answered(200, "image/jpeg", "x"), "output.media-type"},
		"refused":              {withInput, answered(400, asJSON, envelope), ""},
		"refused, no message":  {withInput, answered(400, asJSON, `{"error":"x"}`), ""},
		"refused in HTML":      {withInput, answered(400, "text/html", "<html>"), "error.envelope"},
		"refused, no name":     {withInput, answered(400, asJSON, `{"message":"x"}`), "error.envelope"},
		"refused as text":      {withInput, answered(400, "text/plain", envelope), "error.media-type"},
		"server error":         {withInput, answered(500, asJSON, envelope), "http.no-server-error"},
		"server error in HTML": {withInput, answered(500, "text/html", "<html>"), "error.envelope http.no-server-error"},
		"not implemented":      {withInput, answered(501, asJSON, envelope), ""},
		"rate limit":           {withInput, answered(429, "text/html", "slow down"), ""},
		"too large":            {withInput, answered(413, "text/html", "<html>"), ""},
		"bad gateway":          {withInput, answered(502, "text/html", "<html>"), "http.no-server-error"},
		"redirect":             {withInput, answered(302, "", ""), "http.answered"},
		"informational":        {withInput, answered(102, "", ""), "http.answered"},
		"broke off":            {withInput, xrpc.Exchange{Status: 200, Err: errors.New("the answer broke off")}, "http.answered"},
		"nobody there":         {withInput, xrpc.Exchange{Err: dial}, ""},
		"of another method":    {withInput, xrpc.Exchange{Request: xrpc.Request{NSID: "com.example.unknown"}, Status: 500}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := strings.Join(idsOf(observed(t, test.definitions, test.exchange)), " "); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// withInput is a method that can be asked wrongly.
const withInput = `"main":{"type":"procedure","input":{"encoding":"application/json","schema":{"type":"object","properties":{"a":{"type":"string"}}}},
	"output":{"encoding":"application/json","schema":{"type":"object"}}}`

func TestSecretsInAnswers(t *testing.T) {
	t.Parallel()
	request := xrpc.Procedure(invented, map[string]any{"password": "a-password", "token": "ABCDE-FGH23", "handle": "alice.test"}).WithBearer("an-access-token")
	for body, want := range map[string][]string{
		`{"handle":"alice.test"}`:                        nil,
		`{"password":"a-password"}`:                      {"answer.no-secrets"},
		`{"message":"the code ABCDE-FGH23 is wrong"}`:    {"answer.no-secrets"},
		`{"message":"an-access-token","x":"a-password"}`: {"answer.no-secrets", "answer.no-secrets"},
	} {
		exchange := answered(200, asJSON, body)
		exchange.Request = request
		if diff := cmp.Diff(want, idsOf(observed(t, withInput, exchange))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", body, diff)
		}
	}
	short := answered(200, asJSON, `{"a":"pass"}`)
	short.Request = xrpc.Procedure(invented, map[string]any{"password": "pass", "token": 5})
	if got := observed(t, withInput, short); len(got) != 0 {
		t.Errorf("a word that stands anywhere is taken for a secret: %v", got)
	}
	for _, finding := range observed(t, withInput, xrpc.Exchange{Request: request, Status: 200, Body: []byte(`{"a":"a-password"}`), Header: http.Header{"Content-Type": {asJSON}}}) {
		if strings.Contains(finding.Expected+finding.Actual, "a-password") {
			t.Error("the finding repeats the secret")
		}
	}
}

func TestObserverServesGoroutines(t *testing.T) {
	t.Parallel()
	catalog := loaded(t, nested)
	observe := Observer(catalog, compiled(t, catalog), Cases(catalog, nil, nil))
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 50 {
				exchange := answered(200, asJSON, `{"count":10,"codes":[{}]}`)
				exchange.Request.NSID = invented
				if got := len(observe(exchange)); got != 3 {
					t.Errorf("%d findings", got)
				}
			}
		})
	}
	group.Wait()
}

func TestCanonical(t *testing.T) {
	t.Parallel()
	same := [][]string{
		{`{"a":1,"b":[1,2,3]}`, `{ "b" : [3,1,2], "a" : 1 }`},
		{`[]`, ` [ ] `},
		{`[[1,2],[3]]`, `[[3],[2,1]]`},
		{`{"codes":[{"x":[1,2]},{"y":null}]}`, `{"codes":[{"y":null},{"x":[2,1]}]}`},
		{`"\u00e4"`, `"ä"`},
	}
	seen := map[string]string{}
	for _, group := range same {
		first := canonical(xrpc.Exchange{Body: []byte(group[0])})
		for _, text := range group[1:] {
			if got := canonical(xrpc.Exchange{Body: []byte(text)}); got != first {
				t.Errorf("%s and %s are told apart: %s and %s", group[0], text, first, got)
			}
		}
		seen[first] = group[0]
	}
	for _, text := range []string{
		`{"a":1,"b":[1,2,3,3]}`, `{"a":"1","b":[1,2,3]}`, `{"a":1,"b":[1,2]}`, `{}`, `null`, `""`, `0`, `[null]`, `[[1,2,3]]`,
		`[[1],[2,3]]`, `{"codes":[{"x":[1,2],"y":null}]}`, `false`, `"false"`, `9007199254740993`, `9007199254740992`, `<html>`, ``, `{"a":1} x`,
	} {
		got := canonical(xrpc.Exchange{Body: []byte(text)})
		if other, twice := seen[got]; twice {
			t.Errorf("%s and %s are taken for the same: %s", text, other, got)
		}
		seen[got] = text
	}
}
