package schema

import (
	"encoding/base64"
	"slices"
	"strings"

	"github.com/rivo/uniseg"
	"github.com/santhosh-tekuri/jsonschema/v5"
)

// The keywords of the lexicon that JSON Schema has no equal for.
const (
	minLengthBytes   = "minLengthBytes"
	maxLengthBytes   = "maxLengthBytes"
	minGraphemes     = "minGraphemes"
	maxGraphemes     = "maxGraphemes"
	minDecodedLength = "minDecodedLength"
	maxDecodedLength = "maxDecodedLength"
	acceptKeyword    = "acceptMediaTypes"
)

// measure says what a bound counts, and whether it is a lower one.
type measure struct {
	count func(string) int
	least bool
}

func measures() map[string]measure {
	length := func(text string) int { return len(text) }
	return map[string]measure{
		minLengthBytes:   {length, true},
		maxLengthBytes:   {length, false},
		minGraphemes:     {uniseg.GraphemeClusterCount, true},
		maxGraphemes:     {uniseg.GraphemeClusterCount, false},
		minDecodedLength: {decodedLength, true},
		maxDecodedLength: {decodedLength, false},
	}
}

func decodedLength(text string) int {
	return base64.RawStdEncoding.DecodedLen(len(strings.TrimRight(text, "=")))
}

// registerBounds teaches a compiler the lexicon's own keywords.
func registerBounds(compiler *jsonschema.Compiler) {
	compiler.RegisterExtension("lexicon", nil, boundCompiler{})
}

type boundCompiler struct{}

// Compile collects the bounds of one schema.
func (boundCompiler) Compile(_ jsonschema.CompilerContext, schema map[string]any) (jsonschema.ExtSchema, error) {
	var found bounds
	for keyword, measure := range measures() {
		if limit, ok := wholeNumber(schema[keyword]); ok {
			found.limits = append(found.limits, limited{keyword, measure, limit})
		}
	}
	slices.SortFunc(found.limits, func(a, b limited) int { return strings.Compare(a.keyword, b.keyword) })
	if patterns, ok := schema[acceptKeyword].([]any); ok {
		for _, pattern := range patterns {
			found.accept = append(found.accept, pattern.(string))
		}
	}
	if len(found.limits) == 0 && found.accept == nil {
		return nil, nil
	}
	return found, nil
}

type limited struct {
	keyword string
	measure measure
	limit   int
}

type bounds struct {
	limits []limited
	accept []string
}

// Validate holds a string against the bounds, and tells of each that is broken;
// other values are left to "type".
func (b bounds) Validate(context jsonschema.ValidationContext, value any) error {
	text, ok := value.(string)
	if !ok {
		return nil
	}
	var broken []error
	for _, l := range b.limits {
		switch count := l.measure.count(text); {
		case l.measure.least && count < l.limit:
			broken = append(broken, context.Error(l.keyword, "is %d long, at least %d is asked for", count, l.limit))
		case !l.measure.least && count > l.limit:
			broken = append(broken, context.Error(l.keyword, "is %d long, at most %d is allowed", count, l.limit))
		}
	}
	if b.accept != nil && !accepted(b.accept, text) {
		broken = append(broken, context.Error(acceptKeyword, "media type %q is not accepted", text))
	}
	if len(broken) == 0 {
		return nil
	}
	return jsonschema.ValidationError{}.Group(context.Error("", "is out of bounds"), broken...)
}

// accepted matches a media type against patterns such as "image/*" and "*/*".
func accepted(patterns []string, mediaType string) bool {
	for _, pattern := range patterns {
		if pattern == "*/*" || pattern == mediaType {
			return true
		}
		if prefix, ok := strings.CutSuffix(pattern, "/*"); ok && strings.HasPrefix(mediaType, prefix+"/") {
			return true
		}
	}
	return false
}

func wholeNumber(value any) (int, bool) {
	number, ok := value.(interface{ Int64() (int64, error) })
	if !ok {
		return 0, false
	}
	whole, err := number.Int64()
	return int(whole), err == nil
}
