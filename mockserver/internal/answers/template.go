package answers

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"text/template"
	"text/template/parse"
	"time"
)

// Values are what a call puts into an answer.
type Values struct {
	DID, Handle, Email string // the caller's, "" where nobody is logged in
	Method             string
	Now                Instant
	Params             map[string]any // texts, or lists of them
	Input              any            // the JSON of the input
}

// Instant is a point in time that reads as all times of the protocol do.
// Source: https://atproto.com/specs/lexicon#datetime
type Instant struct{ time.Time }

// String is the time in UTC.
func (i Instant) String() string { return i.UTC().Format("2006-01-02T15:04:05.000Z") }

// maxBody bounds what an answer can grow to by what is put in.
const maxBody = 4 << 20

var errTooLarge = fmt.Errorf("the answer has more than %d bytes", maxBody)

// bounded is a text that grows to a limit.
type bounded struct {
	bytes.Buffer
	left *int
}

// Write adds to the text, or fails where it would be too long.
func (b *bounded) Write(text []byte) (int, error) {
	if *b.left -= len(text); *b.left < 0 {
		return 0, errTooLarge
	}
	return b.Buffer.Write(text)
}

// text is a text with places to be filled.
type text struct {
	plain    string
	template *template.Template // nil of a text without places
	isValue  bool               // it stands for a JSON value
}

// compile reads a text. What could go on for ever in it is refused.
func compile(plain string) (text, error) {
	if !strings.Contains(plain, "{{") {
		return text{plain: plain}, nil
	}
	parsed, err := template.New("answer").Option("missingkey=zero").Funcs(template.FuncMap{"json": asJSON}).Parse(plain)
	if err != nil {
		return text{}, errors.New(strings.TrimPrefix(err.Error(), "template: answer:"))
	}
	if len(parsed.Templates()) > 1 || loops(parsed.Root) {
		return text{}, errors.New("range, define, block and template are not for answers")
	}
	trimmed := strings.TrimLeft(strings.TrimPrefix(plain, "{{"), "- ")
	isValue := len(parsed.Root.Nodes) == 1 && parsed.Root.Nodes[0].Type() == parse.NodeAction && strings.HasPrefix(trimmed, "json ")
	return text{plain, parsed, isValue}, nil
}

// loops reports whether a template repeats anything or calls another.
func loops(list *parse.ListNode) bool {
	if list == nil {
		return false
	}
	for _, node := range list.Nodes {
		branch := (*parse.BranchNode)(nil)
		switch n := node.(type) {
		case *parse.RangeNode, *parse.TemplateNode:
			return true
		case *parse.IfNode:
			branch = &n.BranchNode
		case *parse.WithNode:
			branch = &n.BranchNode
		}
		if branch != nil && (loops(branch.List) || loops(branch.ElseList)) {
			return true
		}
	}
	return false
}

func asJSON(value any) (string, error) {
	encoded, err := json.Marshal(value)
	return string(encoded), err
}

// fill puts the values in; left is how many bytes there may still be.
func (t text) fill(values Values, left *int) (string, error) {
	if t.template == nil {
		if *left -= len(t.plain); *left < 0 {
			return "", errTooLarge
		}
		return t.plain, nil
	}
	filled := bounded{left: left}
	if err := t.template.Execute(&filled, values); err != nil {
		if errors.Is(err, errTooLarge) {
			return "", errTooLarge
		}
		return "", errors.New(strings.TrimPrefix(err.Error(), "template: answer:"))
	}
	const absent = "<no value>" // by text/template
	return strings.ReplaceAll(filled.String(), absent, ""), nil
}

// compileTree compiles every text of a JSON tree; an error names its place.
func compileTree(tree any, place string) (_ any, err error) {
	switch node := tree.(type) {
	case string:
		compiled, err := compile(node)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", place, err)
		}
		return compiled, nil
	case []any:
		for i := range node {
			if node[i], err = compileTree(node[i], fmt.Sprintf("%s/%d", place, i)); err != nil {
				return nil, err
			}
		}
	case map[string]any:
		for name := range node {
			if node[name], err = compileTree(node[name], place+"/"+name); err != nil {
				return nil, err
			}
		}
	}
	return tree, nil
}

// fillTree returns the tree with the values in it; an error names its place.
func fillTree(tree any, place string, values Values, left *int) (any, error) {
	switch node := tree.(type) {
	case text:
		filled, err := node.fill(values, left)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", place, err)
		}
		if !node.isValue {
			return filled, nil
		}
		decoder := json.NewDecoder(strings.NewReader(filled))
		decoder.UseNumber()
		var value any
		err = decoder.Decode(&value)
		return value, err
	case []any:
		list := make([]any, len(node))
		for i, item := range node {
			filled, err := fillTree(item, fmt.Sprintf("%s/%d", place, i), values, left)
			if err != nil {
				return nil, err
			}
			list[i] = filled
		}
		return list, nil
	case map[string]any:
		members := make(map[string]any, len(node))
		for name, item := range node {
			filled, err := fillTree(item, place+"/"+name, values, left)
			if err != nil {
				return nil, err
			}
			members[name] = filled
		}
		return members, nil
	}
	return tree, nil
}
