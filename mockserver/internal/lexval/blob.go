package lexval

import (
	"strconv"
	"strings"

	"github.com/pdsconform/pdsconform/lexicons"
)

// blobRule is for a reference to uploaded data.
// Source: https://atproto.com/specs/data-model#blob-type
type blobRule struct{ schema *lexicons.Blob }

func (r blobRule) check(value any) *Problem {
	if kind, _ := member(value, "$type"); kind != "blob" {
		return must(`be an object whose "$type" is "blob"`)
	}
	ref, _ := member(value, "ref")
	if problem := (linkRule{}).check(ref); problem != nil {
		return problem.below("ref")
	}
	held, _ := member(value, "mimeType")
	mediaType, ok := held.(string)
	if !ok || mediaType == "" {
		return must("be a media type").below("mimeType")
	}
	if len(r.schema.Accept) > 0 && !acceptsAny(r.schema.Accept, mediaType) {
		return must("be one of " + strings.Join(r.schema.Accept, ", ")).below("mimeType")
	}
	return r.checkSize(value)
}

func (r blobRule) checkSize(value any) *Problem {
	held, _ := member(value, "size")
	size, ok := wholeNumber(held)
	switch {
	case !ok || size.less(1) || size.overflow != 0:
		return must("be a whole number above zero").below("size")
	case r.schema.MaxSize != nil && size.greater(int64(*r.schema.MaxSize)):
		return must("not be greater than " + strconv.Itoa(*r.schema.MaxSize)).below("size")
	}
	return nil
}

// acceptsAny reports whether a media type falls under one of the patterns, in
// which an asterisk stands for all that follows the slash.
func acceptsAny(patterns []string, mediaType string) bool {
	for _, pattern := range patterns {
		prefix, wild := strings.CutSuffix(pattern, "/*")
		if pattern == "*/*" || pattern == mediaType || wild && strings.HasPrefix(mediaType, prefix+"/") {
			return true
		}
	}
	return false
}
