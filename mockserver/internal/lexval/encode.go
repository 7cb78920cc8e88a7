package lexval

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"unicode/utf8"
)

// Append appends the JSON text of a value. Unlike encoding/json it keeps the
// order of an Object, and needs no reflection.
func Append(text []byte, value any) ([]byte, error) {
	switch v := value.(type) {
	case nil:
		return append(text, "null"...), nil
	case string:
		return AppendString(text, v), nil
	case bool:
		return strconv.AppendBool(text, v), nil
	case int64:
		return strconv.AppendInt(text, v, 10), nil
	case json.Number:
		return append(text, v...), nil
	case []any:
		return appendList(text, v)
	case Object:
		return appendObject(text, v)
	case map[string]any:
		return appendMap(text, v)
	}
	return nil, fmt.Errorf("a %T is no JSON value", value)
}

func appendList(text []byte, list []any) (_ []byte, err error) {
	text = append(text, '[')
	for i, item := range list {
		if i > 0 {
			text = append(text, ',')
		}
		if text, err = Append(text, item); err != nil {
			return nil, err
		}
	}
	return append(text, ']'), nil
}

func appendObject(text []byte, object Object) (_ []byte, err error) {
	text = append(text, '{')
	for i, m := range object {
		if i > 0 {
			text = append(text, ',')
		}
		text = append(AppendString(text, m.Name), ':')
		if text, err = Append(text, m.Value); err != nil {
			return nil, err
		}
	}
	return append(text, '}'), nil
}

// appendMap sorts the names, so that equal maps have equal texts.
func appendMap(text []byte, members map[string]any) ([]byte, error) {
	object := make(Object, 0, len(members))
	for name, value := range members {
		object = append(object, Member{name, value})
	}
	slices.SortFunc(object, func(a, b Member) int {
		if a.Name < b.Name {
			return -1
		}
		return 1
	})
	return appendObject(text, object)
}

const hexDigits = "0123456789abcdef"

// AppendString appends a string as JSON.
func AppendString(text []byte, s string) []byte {
	text = append(text, '"')
	start := 0
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf {
			if c >= ' ' && c != '"' && c != '\\' {
				i++
				continue
			}
			text = appendEscape(append(text, s[start:i]...), c)
			i++
			start = i
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 {
			text = append(append(text, s[start:i]...), "\ufffd"...)
			start = i + size
		}
		i += size
	}
	return append(append(text, s[start:]...), '"')
}

func appendEscape(text []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(text, '\\', c)
	case '\n':
		return append(text, '\\', 'n')
	case '\r':
		return append(text, '\\', 'r')
	case '\t':
		return append(text, '\\', 't')
	}
	return append(text, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&0xf])
}
