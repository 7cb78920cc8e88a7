package schema

import (
	"encoding/base64"
	"net/url"
	"regexp"
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
		lexicons.FormatDatetime:     onText(isDatetime),
		lexicons.FormatDID:          parses(syntax.ParseDID),
		lexicons.FormatHandle:       parses(syntax.ParseHandle),
		lexicons.FormatLanguage:     onText(isLanguage),
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

// isDatetime adds to syntax.ParseDatetime that the hours of an offset end at
// 23. A comma before the fraction, which ISO 8601 prefers, is left to pass.
// Source: RFC 3339, section 5.6
func isDatetime(text string) bool {
	if _, err := syntax.ParseDatetime(text); err != nil {
		return false
	}
	return strings.HasSuffix(text, "Z") || text[len(text)-len("hh:mm"):] < "24"
}

// longestLanguage bounds a language tag, as syntax.ParseLanguage does.
const longestLanguage = 128

// languageTag is a row of subtags that starts with a language of any letter
// case, or with the singleton of a private or irregular tag, which then does
// not stand alone. syntax.ParseLanguage refuses what is well-formed of these.
// Source: RFC 5646, section 2.1
var languageTag = regexp.MustCompile(`^(?:[A-Za-z]{2,8}(?:-[A-Za-z0-9]+)*|[IiXx](?:-[A-Za-z0-9]+)+)$`)

func isLanguage(text string) bool {
	return len(text) <= longestLanguage && languageTag.MatchString(text)
}

// isURI asks for a scheme, without white space anywhere. What follows it may be
// empty.
// Source: RFC 3986, section 3
func isURI(text string) bool {
	parsed, err := url.Parse(text)
	return err == nil && parsed.Scheme != "" && !strings.ContainsAny(text, " \t\r\n")
}

// isBase64 takes padding as whole or absent. The decoder itself skips line
// breaks.
func isBase64(text string) bool {
	encoding := base64.RawStdEncoding
	if strings.HasSuffix(text, "=") {
		encoding = base64.StdEncoding
	}
	_, err := encoding.DecodeString(text)
	return err == nil && !strings.ContainsAny(text, "\r\n")
}
