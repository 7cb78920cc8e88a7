package files

import (
	"github.com/goccy/go-yaml/ast"
)

// texts are the members of an object that hold a text, by name: nil for a text,
// else what is below. "*" stands for every member. Lists are looked through.
type texts map[string]texts

// asWritten takes a scalar where a text belongs for the letters that stand there,
// quoted or not: YAML would read the password 0123 as the number 83, and 1e3 or
// true as something else again.
func (t texts) asWritten(node ast.Node) {
	switch node := node.(type) {
	case *ast.SequenceNode:
		for _, value := range node.Values {
			t.asWritten(value)
		}
	case *ast.AnchorNode:
		t.asWritten(node.Value)
	case *ast.MappingValueNode:
		t.member(node)
	case *ast.MappingNode:
		for _, value := range node.Values {
			t.member(value)
		}
	}
}

func (t texts) member(member *ast.MappingValueNode) {
	below, known := t[member.Key.GetToken().Value]
	if !known {
		below, known = t["*"]
	}
	switch {
	case !known:
	case below != nil:
		below.asWritten(member.Value)
	default:
		member.Value = literally(member.Value)
	}
}

// literally returns the text of a number or truth value; what else there may be
// stays, since it is wrong where a text belongs, and an error names it.
func literally(node ast.Node) ast.Node {
	switch node := node.(type) {
	case *ast.AnchorNode:
		node.Value = literally(node.Value)
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return ast.String(node.GetToken())
	}
	return node
}
