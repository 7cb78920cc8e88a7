package lexval

import "strings"

// Problem is the first thing that is wrong with a value.
type Problem struct {
	path []string // innermost first
	text string
}

// Error is the problem of a value that has no name.
func (p *Problem) Error() string { return p.In("value") }

// In tells the place and what must be there, with a name for the whole value:
// "Input/handle must be a valid handle".
func (p *Problem) In(name string) string {
	var text strings.Builder
	text.WriteString(name)
	for i := len(p.path) - 1; i >= 0; i-- {
		text.WriteByte('/')
		text.WriteString(p.path[i])
	}
	text.WriteByte(' ')
	text.WriteString(p.text)
	return text.String()
}

func must(text string) *Problem { return &Problem{text: "must " + text} }

// below adds the outer step of the path on the way up: nothing is spent on
// paths as long as all is well.
func (p *Problem) below(step string) *Problem {
	if p != nil {
		p.path = append(p.path, step)
	}
	return p
}
