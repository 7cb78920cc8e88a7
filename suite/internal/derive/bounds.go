package derive

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"github.com/pdsconform/pdsconform/lexicons"
)

// Larger values than these are not sent: a server may refuse a request of that
// size whatever the schema says.
const (
	maxText     = 32 << 10 // bytes
	maxElements = 1000
)

// outside is a value of the right type that a keyword of the schema does not
// allow.
type outside struct {
	name    string // part of an ID
	keyword string // of the document
	words   string
	value   any
}

// outsides returns a value beyond each bound of a schema, and one that is none
// of those that it lists. A string with a format has none: whatever is done to
// it may break the format first.
func outsides(schema lexicons.Schema) []outside {
	switch s := lexicons.Deref(schema).(type) {
	case *lexicons.Boolean:
		if s.Const != nil {
			return []outside{{"const", "const", "another boolean", !*s.Const}}
		}
	case *lexicons.Integer:
		return outsideInteger(s)
	case *lexicons.String:
		if s.Format == "" {
			return outsideString(s)
		}
	case *lexicons.Bytes:
		return outsideBytes(s)
	case *lexicons.Array:
		return outsideArray(s)
	}
	return nil
}

func outsideInteger(s *lexicons.Integer) []outside {
	var found []outside
	if s.Minimum != nil {
		found = append(found, outside{"minimum", "minimum", fmt.Sprintf("less than %d", *s.Minimum), *s.Minimum - 1})
	}
	if s.Maximum != nil {
		found = append(found, outside{"maximum", "maximum", fmt.Sprintf("more than %d", *s.Maximum), *s.Maximum + 1})
	}
	switch {
	case s.Const != nil:
		found = append(found, outside{"const", "const", "another number", *s.Const + 1})
	case len(s.Enum) > 0:
		found = append(found, outside{"enum", "enum", "a number that is not listed", slices.Max(s.Enum) + 1})
	}
	return found
}

// accented is one grapheme of any number of bytes.
func accented(bytes int) string { return "a" + strings.Repeat("\u0301", (bytes+1)/2) }

func outsideString(s *lexicons.String) []outside {
	switch {
	case s.Const != nil:
		return []outside{{"const", "const", "another text", *s.Const + "x"}}
	case len(s.Enum) > 0:
		return []outside{{"enum", "enum", "a text that is not listed", sampleText + strings.Join(s.Enum, "")}}
	}
	var found []outside
	if s.MinLength != nil && *s.MinLength > 0 {
		found = append(found, outside{"min-length", "minLength", fmt.Sprintf("shorter than %d bytes", *s.MinLength), strings.Repeat("x", *s.MinLength-1)})
	}
	if s.MaxLength != nil && *s.MaxLength < maxText {
		text := strings.Repeat("x", *s.MaxLength+1)
		if s.MaxGraphemes != nil {
			text = strings.Repeat("x", max(least(s.MinGraphemes), 1)-1) + accented(*s.MaxLength)
		}
		found = append(found, outside{"max-length", "maxLength", fmt.Sprintf("longer than %d bytes", *s.MaxLength), text})
	}
	if s.MinGraphemes != nil && *s.MinGraphemes > 0 {
		text := strings.Repeat("x", *s.MinGraphemes-1)
		if text != "" {
			text = text[1:] + accented(2*least(s.MinLength))
		}
		found = append(found, outside{"min-graphemes", "minGraphemes", fmt.Sprintf("shorter than %d graphemes", *s.MinGraphemes), text})
	}
	if s.MaxGraphemes != nil && *s.MaxGraphemes < maxText {
		found = append(found, outside{"max-graphemes", "maxGraphemes", fmt.Sprintf("longer than %d graphemes", *s.MaxGraphemes), strings.Repeat("x", *s.MaxGraphemes+1)})
	}
	return found
}

func outsideBytes(s *lexicons.Bytes) []outside {
	encoded := func(length int) any {
		return map[string]any{"$bytes": base64.RawStdEncoding.EncodeToString(make([]byte, length))}
	}
	var found []outside
	if s.MinLength != nil && *s.MinLength > 0 {
		found = append(found, outside{"min-length", "minLength", fmt.Sprintf("shorter than %d bytes", *s.MinLength), encoded(*s.MinLength - 1)})
	}
	if s.MaxLength != nil && *s.MaxLength < maxText {
		found = append(found, outside{"max-length", "maxLength", fmt.Sprintf("longer than %d bytes", *s.MaxLength), encoded(*s.MaxLength + 1)})
	}
	return found
}

func outsideArray(s *lexicons.Array) []outside {
	several := func(length int) any { return slices.Repeat([]any{sample(s.Items, maxSampleDepth)}, length) }
	var found []outside
	if s.MinLength != nil && *s.MinLength > 0 {
		found = append(found, outside{"min-length", "minLength", fmt.Sprintf("of fewer than %d elements", *s.MinLength), several(*s.MinLength - 1)})
	}
	if s.MaxLength != nil && *s.MaxLength < maxElements {
		found = append(found, outside{"max-length", "maxLength", fmt.Sprintf("of more than %d elements", *s.MaxLength), several(*s.MaxLength + 1)})
	}
	return found
}
