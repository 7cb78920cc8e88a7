package derive

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/suite/internal/schema"
)

// looseDatetime is a datetime in which a server may have taken liberties that
// RFC 3339 or ISO 8601 allow and readers of the specification disagree on: a
// comma before the fraction, a leap second, an offset without its colon, or none.
// Small letters, a space for the T, an offset of hours alone and -00:00 are
// refused by the validators of every revision.
var looseDatetime = regexp.MustCompile(`^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}):(\d{2})([.,]\d+)?(Z|[+-]\d{2}:?\d{2})?$`)

// disputedDatetime reports whether a value is a datetime in one of those forms,
// which no server is accused for. The date and time themselves have to exist.
func disputedDatetime(value any) bool {
	text, _ := value.(string)
	match := looseDatetime.FindStringSubmatch(text)
	if match == nil {
		return false
	}
	seconds := match[3]
	if seconds == "60" {
		seconds = "59"
	}
	strict := match[1] + "T" + match[2] + ":" + seconds + strings.Replace(match[4], ",", ".", 1) + strictOffset(match[5])
	return schema.WellFormed(lexicons.FormatDatetime, strict)
}

func strictOffset(offset string) string {
	switch {
	case offset == "":
		return "Z"
	case offset != "Z" && !strings.Contains(offset, ":"):
		return offset[:3] + ":" + offset[3:]
	}
	return offset
}

// valueAt finds a value by a JSON pointer, nil where there is none.
// Source: RFC 6901, section 4
func valueAt(value any, pointer string) any {
	if pointer == "" {
		return value
	}
	unescape := strings.NewReplacer("~1", "/", "~0", "~")
	for step := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		switch container := value.(type) {
		case map[string]any:
			value = container[unescape.Replace(step)]
		case []any:
			index, err := strconv.Atoi(step)
			if err != nil || index < 0 || index >= len(container) {
				return nil
			}
			value = container[index]
		default:
			return nil
		}
	}
	return value
}
