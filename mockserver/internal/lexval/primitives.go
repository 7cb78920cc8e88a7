package lexval

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/pdsconform/pdsconform/lexicons"
)

type booleanRule struct{ constant *bool }

func (r booleanRule) check(value any) *Problem {
	truth, ok := value.(bool)
	switch {
	case !ok:
		return must("be a boolean")
	case r.constant != nil && truth != *r.constant:
		return must("be " + strconv.FormatBool(*r.constant))
	}
	return nil
}

type integerRule struct{ schema *lexicons.Integer }

func (r integerRule) check(value any) *Problem {
	number, ok := wholeNumber(value)
	if !ok {
		return must("be an integer")
	}
	s := r.schema
	switch {
	case s.Const != nil && !number.equals(*s.Const):
		return must(fmt.Sprintf("be %d", *s.Const))
	case s.Enum != nil && !slices.ContainsFunc(s.Enum, number.equals):
		return must(fmt.Sprintf("be one of %d", s.Enum))
	case s.Minimum != nil && number.less(*s.Minimum):
		return must(fmt.Sprintf("not be less than %d", *s.Minimum))
	case s.Maximum != nil && number.greater(*s.Maximum):
		return must(fmt.Sprintf("not be greater than %d", *s.Maximum))
	}
	return nil
}

// bytesRule is for {"$bytes": base64}; its bounds count raw bytes.
type bytesRule struct{ min, max *int }

func (r bytesRule) check(value any) *Problem {
	text, ok := onlyMember(value, "$bytes")
	if !ok {
		return must(`be an object with the one member "$bytes"`)
	}
	raw, err := base64.RawStdEncoding.Strict().DecodeString(strings.TrimRight(text, "="))
	switch {
	case err != nil:
		return must("be valid base64")
	case r.min != nil && len(raw) < *r.min:
		return must("not be shorter than " + strconv.Itoa(*r.min) + " bytes")
	case r.max != nil && len(raw) > *r.max:
		return must("not be longer than " + strconv.Itoa(*r.max) + " bytes")
	}
	return nil
}

// linkRule is for {"$link": cid}.
type linkRule struct{}

func (linkRule) check(value any) *Problem {
	text, ok := onlyMember(value, "$link")
	if !ok {
		return must(`be an object with the one member "$link"`)
	}
	if !isCID(text) {
		return must("be a valid cid")
	}
	return nil
}

// onlyMember returns the string under name in an object that holds nothing
// else.
func onlyMember(value any, name string) (string, bool) {
	size := 0
	switch v := value.(type) {
	case map[string]any:
		size = len(v)
	case Object:
		size = len(v)
	}
	held, _ := member(value, name)
	text, ok := held.(string)
	return text, ok && size == 1
}

// unknownRule is for any object.
type unknownRule struct{}

func (unknownRule) check(value any) *Problem {
	if !isObject(value) {
		return must("be an object")
	}
	return nil
}

// tokenRule is for a token in the place of a value: its full name.
type tokenRule struct{ name string }

func (r tokenRule) check(value any) *Problem {
	if text, ok := value.(string); !ok || text != r.name {
		return must("be the token " + r.name)
	}
	return nil
}
