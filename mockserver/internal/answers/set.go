package answers

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
)

// most is how many answers a server holds at most.
const most = 10_000

// Server is what answers are given to.
type Server struct {
	// Method is the document of a method, or nil.
	Method func(nsid string) *lexicons.Method
	// Serves reports whether the server answers a method by itself.
	Serves func(nsid string) bool
	// Sample is a call that the document of a method allows.
	Sample func(*lexicons.Method) Values
}

// Set is a list of answers that can be used. It doesn't change.
type Set struct {
	given    []Answer
	byMethod map[string][]*Compiled
}

// Compiled is an answer of a Set.
type Compiled struct {
	Answer
	params map[string][]string
	input  map[string]any
	media  string
	text   text
	tree   any // of text where the answer has JSON

	method *lexicons.Method  // nil where no document is known
	output *lexval.Validator // nil where the output has no schema, or isn't checked
}

// Compile makes a set of answers, or says which of them is no good, and why:
// the error begins with its place in the list and the field.
func Compile(given []Answer, server Server) (*Set, error) {
	if len(given) > most {
		return nil, fmt.Errorf("there are %d answers, and may be %d", len(given), most)
	}
	set := &Set{given: slices.Clone(given), byMethod: map[string][]*Compiled{}}
	for i, answer := range given {
		compiled, err := compileAnswer(answer, server)
		if err != nil {
			return nil, fmt.Errorf("answers[%d].%w", i, err)
		}
		set.byMethod[answer.Method] = append(set.byMethod[answer.Method], compiled)
	}
	return set, nil
}

// Given are the answers as they were given.
func (s *Set) Given() []Answer {
	if s == nil {
		return []Answer{}
	}
	return append([]Answer{}, s.given...)
}

func compileAnswer(answer Answer, server Server) (*Compiled, error) {
	if err := answer.check(); err != nil {
		return nil, err
	}
	if server.Serves(answer.Method) && !answer.Override {
		return nil, fmt.Errorf("method: %s is served by the mock itself: say override: true to answer in its place", answer.Method)
	}
	c := &Compiled{Answer: answer, params: map[string][]string{}, method: server.Method(answer.Method)}
	for name, value := range answer.Params {
		c.params[name] = texts(value)
	}
	if err := c.compileBody(); err != nil {
		return nil, err
	}
	if c.method == nil || answer.Unchecked {
		return c, nil
	}
	if c.Status < 300 && c.method.Output != nil && c.method.Output.Schema != nil {
		validator, err := lexval.NewCompiler().Compile(c.method.Output.Schema)
		if err != nil {
			return nil, fmt.Errorf("method: %w", err)
		}
		c.output = validator
	}
	_, err := c.Render(server.Sample(c.method))
	return c, err
}

func (c *Compiled) compileBody() (err error) {
	c.Status = cmp.Or(c.Status, http.StatusOK)
	input, err := json.Marshal(c.Input)
	if err != nil {
		return fmt.Errorf("input: %w", err)
	}
	if err := json.Unmarshal(input, &c.input); err != nil {
		return fmt.Errorf("input: %w", err)
	}
	switch {
	case c.JSON != nil:
		tree, err := c.Answer.tree()
		if err != nil {
			return err
		}
		c.media = "application/json; charset=utf-8"
		if c.tree, err = compileTree(tree, "json"); err != nil {
			return err
		}
	case c.Text != "":
		c.media = "text/plain; charset=utf-8"
		if c.text, err = compile(c.Text); err != nil {
			return fmt.Errorf("text: %w", err)
		}
	}
	for name, value := range c.Headers {
		if http.CanonicalHeaderKey(name) == "Content-Type" {
			c.media = value
		}
	}
	return nil
}

// texts is what a parameter of that value looks like in a query.
func texts(value any) []string {
	list := reflect.ValueOf(value)
	if list.Kind() != reflect.Slice {
		return []string{fmt.Sprint(value)}
	}
	all := []string{}
	for i := range list.Len() {
		all = append(all, fmt.Sprint(list.Index(i).Interface()))
	}
	return all
}

// Call is a call that answers are looked for.
type Call struct {
	Method string
	Query  url.Values
	Input  any                       // the JSON of the input
	Is     func(account string) bool // whether the caller is the one of that handle, DID or address
}

// Has reports whether a method has answers that fulfil a condition.
func (s *Set) Has(method string, of func(Answer) bool) bool {
	return s != nil && slices.ContainsFunc(s.byMethod[method], func(c *Compiled) bool { return of(c.Answer) })
}

// Find returns the first answer for a call that fulfils a condition, or nil.
func (s *Set) Find(call Call, of func(Answer) bool) *Compiled {
	if s == nil {
		return nil
	}
	for _, c := range s.byMethod[call.Method] {
		if of(c.Answer) && c.matches(call) {
			return c
		}
	}
	return nil
}

func (c *Compiled) matches(call Call) bool {
	if c.Account != "" && !call.Is(c.Account) {
		return false
	}
	for name, wanted := range c.params {
		if !slices.Equal(call.Query[name], wanted) {
			return false
		}
	}
	if len(c.input) == 0 {
		return true
	}
	members, _ := call.Input.(map[string]any)
	for name, wanted := range c.input {
		// both were read anew, so that numbers are equal where their texts are
		if held, present := members[name]; !present || !equal(held, wanted) {
			return false
		}
	}
	return true
}

func equal(a, b any) bool {
	left, errLeft := json.Marshal(a)
	right, errRight := json.Marshal(b)
	return errLeft == nil && errRight == nil && string(left) == string(right)
}

// Rendered is an answer that is ready to be sent.
type Rendered struct {
	Status int
	Media  string // "" for an answer without a body
	Header http.Header
	Body   []byte
}

// Render fills an answer. Where it then doesn't fit the method's document, the
// error begins with the place that doesn't.
func (c *Compiled) Render(values Values) (*Rendered, error) {
	rendered := &Rendered{Status: c.Status, Media: c.media, Header: http.Header{}}
	for name, value := range c.Headers {
		rendered.Header.Set(name, value)
	}
	left := maxBody
	if c.tree == nil {
		filled, err := c.text.fill(values, &left)
		if err != nil {
			return nil, fmt.Errorf("text: %w", err)
		}
		rendered.Body = []byte(filled)
		return rendered, c.fits(nil)
	}
	filled, err := fillTree(c.tree, "json", values, &left)
	if err != nil {
		return nil, err
	}
	if rendered.Body, err = lexval.Append(nil, filled); err != nil {
		return nil, fmt.Errorf("json: %w", err)
	}
	return rendered, c.fits(filled)
}

// fits holds an answer against the method's document, where one is known.
func (c *Compiled) fits(value any) error {
	if c.method == nil || c.Unchecked {
		return nil
	}
	remedy := "; say unchecked: true if that is meant"
	switch output := c.method.Output; {
	case c.Status >= 400:
		members, _ := value.(map[string]any)
		if name, isText := members["error"].(string); !isText || name == "" {
			return fmt.Errorf("json/error must be the name of an error, a text, where the status is %d%s", c.Status, remedy)
		}
	case c.Status >= 300:
	case output == nil && c.media != "":
		return fmt.Errorf("json: %s has no output%s", c.method.At(), remedy)
	case output != nil && !accepts(output.Encoding, c.media):
		return fmt.Errorf("json: the media type is %q, and must be %s by %s%s", c.media, output.Encoding, output.Pointer, remedy)
	case c.output != nil:
		if problem := c.output.Check(lexval.AsIs(value)); problem != nil {
			return fmt.Errorf("%s by %s/schema%s", problem.In("json"), output.Pointer, remedy)
		}
	}
	return nil
}

func accepts(pattern, media string) bool {
	media, _, _ = strings.Cut(media, ";")
	media = strings.TrimSpace(media)
	prefix, wild := strings.CutSuffix(pattern, "*")
	return media == pattern || wild && media != "" && (prefix == "*/" || strings.HasPrefix(media, prefix))
}
