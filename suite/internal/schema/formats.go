package schema

import (
	"encoding/base64"
	"net/url"
	"strings"

	"github.com/bluesky-social/indigo/atproto/syntax"
	"github.com/pdsconform/pdsconform/lexicons"
)

// formatBase64 is the form of "$bytes": base64 of RFC 4648, padded or not.
const formatBase64 = "lexicon-base64"

// WellFormed reports whether a text is of a string format of the lexicon
// language. An unknown format is a fault of the caller.
func WellFormed(format, text string) bool { return formats()[format](text) }

// formats returns the check of each string format. Values that are no strings
// are left to "type".
func formats() map[string]func(any) bool {
	return map[string]func(any) bool{
		lexicons.FormatATIdentifier: parses(syntax.ParseAtIdentifier),
		lexicons.FormatATURI:        parses(syntax.ParseATURI),
		lexicons.FormatCID:          parses(syntax.ParseCID),
		lexicons.FormatDatetime:     parses(syntax.ParseDatetime),
		lexicons.FormatDID:          parses(syntax.ParseDID),
		lexicons.FormatHandle:       parses(syntax.ParseHandle),
		lexicons.FormatLanguage:     parses(syntax.ParseLanguage),
		lexicons.FormatNSID:         parses(syntax.ParseNSID),
		lexicons.FormatRecordKey:    parses(syntax.ParseRecordKey),
		lexicons.FormatTID:          parses(syntax.ParseTID),
		lexicons.FormatURI:          onText(isURI),
		formatBase64:                onText(isBase64),
	}
}

func parses[T any](parse func(string) (T, error)) func(any) bool {
	return onText(func(text string) bool {
		_, err := parse(text)
		return err == nil
	})
}

func onText(valid func(string) bool) func(any) bool {
	return func(value any) bool {
		text, ok := value.(string)
		return !ok || valid(text)
	}
}

// isURI asks for a scheme and something after it, without white space.
// Source: RFC 3986, section 3
func isURI(text string) bool {
	parsed, err := url.Parse(text)
	return err == nil && parsed.Scheme != "" && len(text) > len(parsed.Scheme)+1 && !strings.ContainsAny(text, " \t\r\n")
}

func isBase64(text string) bool {
	_, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(text, "="))
	return err == nil
}
