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
	case number.overflow != 0:
		return must("be an integer of 64 bits")
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
	raw, err := decodeBase64(text)
	switch {
	case err != nil || strings.ContainsAny(text, "\r\n"): // which the decoder skips
		return must("be valid base64")
	case r.min != nil && len(raw) < *r.min:
		return must("not be shorter than " + strconv.Itoa(*r.min) + " bytes")
	case r.max != nil && len(raw) > *r.max:
		return must("not be longer than " + strconv.Itoa(*r.max) + " bytes")
	}
	return nil
}

// decodeBase64 takes padding that is whole or absent.
// Source: https://atproto.com/specs/data-model#bytes
func decodeBase64(text string) ([]byte, error) {
	if strings.HasSuffix(text, "=") {
		return base64.StdEncoding.DecodeString(text)
	}
	return base64.RawStdEncoding.DecodeString(text)
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
	held, _ := member(value, name)
	text, ok := held.(string)
	return text, ok && hasOnly(value, name)
}

func hasOnly(value any, name string) bool {
	size := 0
	switch v := value.(type) {
	case map[string]any:
		size = len(v)
	case Object:
		size = len(v)
	}
	_, present := member(value, name)
	return present && size == 1
}

// unknownRule is for any object that can't be mistaken for a blob, a link or
// bytes.
// Source: https://atproto.com/specs/lexicon#unknown
type unknownRule struct{}

func (unknownRule) check(value any) *Problem {
	if !isObject(value) {
		return must("be an object")
	}
	kind, _ := member(value, "$type")
	if kind == "blob" || hasOnly(value, "$link") || hasOnly(value, "$bytes") {
		return must("be an object of no type of its own")
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
