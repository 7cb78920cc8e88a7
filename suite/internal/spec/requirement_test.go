package spec

import (
	"context"
	"strings"
	"testing"

	"github.com/pdsconform/pdsconform/reports"
)

func TestValidate(t *testing.T) {
	t.Parallel()
	sound := func(id string) Case { return one(id, func(context.Context, *Trial) {}) }
	changed := func(change func(*Case)) []Case {
		c := sound("server.read.b")
		change(&c)
		return []Case{sound("server.read.a"), c}
	}
	for name, test := range map[string]struct {
		cases   []Case
		problem string // empty where there is none
	}{
		"none":              {nil, ""},
		"several":           {[]Case{sound("server.read.a"), sound("server.read.b-c_d.e2"), sound("x")}, ""},
		"twice":             {[]Case{sound("server.read.a"), sound("server.read.b"), sound("server.read.a")}, "requirement server.read.a is there twice"},
		"no ID":             {[]Case{sound("")}, `"" has an ill-formed ID`},
		"space":             {[]Case{sound("server.read a")}, `"server.read a" has an ill-formed ID`},
		"colon":             {[]Case{sound("server:read")}, "ill-formed"},
		"slash":             {[]Case{sound("server/read")}, "ill-formed"},
		"comma":             {[]Case{sound("server.read,a")}, "ill-formed"},
		"operators":         {[]Case{sound("a&&b")}, "ill-formed"},
		"parentheses":       {[]Case{sound("read(a)")}, "ill-formed"},
		"dollar":            {[]Case{sound("read.$type")}, "ill-formed"},
		"trailing dot":      {[]Case{sound("server.read.")}, "ill-formed"},
		"leading dot":       {[]Case{sound(".read")}, "ill-formed"},
		"double dot":        {[]Case{sound("server..read")}, "ill-formed"},
		"line":              {[]Case{sound("server.read\n")}, "ill-formed"},
		"umlaut":            {[]Case{sound("server.reäd")}, "ill-formed"},
		"no title":          {changed(func(c *Case) { c.Title = "" }), "requirement server.read.b lacks a title or a check"},
		"no source":         {changed(func(c *Case) { c.Source = "" }), "requirement server.read.b lacks"},
		"no check":          {changed(func(c *Case) { c.Run = nil }), "requirement server.read.b lacks"},
		"lexicon must":      {changed(func(c *Case) { c.Authority = reports.Lexicon }), ""},
		"lexicon should":    {changed(func(c *Case) { c.Authority, c.Level = reports.Lexicon, reports.Should }), "requirement server.read.b: what the document says is a must"},
		"lexicon may":       {changed(func(c *Case) { c.Authority, c.Level = reports.Lexicon, reports.May }), "is a must"},
		"reference must":    {changed(func(c *Case) { c.Authority = reports.Reference }), "requirement server.read.b: what the reference server does is at most a should"},
		"reference should":  {changed(func(c *Case) { c.Authority, c.Level = reports.Reference, reports.Should }), ""},
		"reference may":     {changed(func(c *Case) { c.Authority, c.Level = reports.Reference, reports.May }), ""},
		"protocol should":   {changed(func(c *Case) { c.Level = reports.Should }), ""},
		"security must":     {changed(func(c *Case) { c.Authority = reports.Security }), ""},
		"the last one only": {append([]Case{sound("x"), sound("y")}, changed(func(c *Case) { c.Title = "" })...), "server.read.b"},
	} {
		err := Validate(test.cases)
		if (err == nil) != (test.problem == "") || err != nil && !strings.Contains(err.Error(), test.problem) {
			t.Errorf("%s: got %v, want %q", name, err, test.problem)
		}
	}
}

func TestPrefix(t *testing.T) {
	t.Parallel()
	for nsid, want := range map[string]string{
		"com.atproto.server.createSession": "server.createSession",
		"com.example.thing":                "com.example.thing",
		"org.com.atproto.x":                "org.com.atproto.x",
	} {
		if got := Prefix(nsid); got != want {
			t.Errorf("%s: %s, want %s", nsid, got, want)
		}
	}
}
