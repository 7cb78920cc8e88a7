package lexval

import (
	"regexp"
	"strings"
	"sync"

	"github.com/bluesky-social/indigo/atproto/syntax"
	"github.com/pdsconform/pdsconform/lexicons"
)

// formats is the check of each string format; the table is made once, as every
// server of a process looks into it.
// Source: https://atproto.com/specs/lexicon#string-formats
var formats = sync.OnceValue(func() map[string]func(string) bool {
	return map[string]func(string) bool{
		lexicons.FormatATIdentifier: parses(syntax.ParseAtIdentifier),
		lexicons.FormatATURI:        parses(syntax.ParseATURI),
		lexicons.FormatCID:          isCID,
		lexicons.FormatDatetime:     isDatetime,
		lexicons.FormatDID:          parses(syntax.ParseDID),
		lexicons.FormatHandle:       parses(syntax.ParseHandle),
		lexicons.FormatLanguage:     isLanguage,
		lexicons.FormatNSID:         parses(syntax.ParseNSID),
		lexicons.FormatRecordKey:    parses(syntax.ParseRecordKey),
		lexicons.FormatTID:          parses(syntax.ParseTID),
		lexicons.FormatURI:          isURI,
	}
})

// IsHandle reports whether a text is a well-formed handle.
func IsHandle(text string) bool { return parses(syntax.ParseHandle)(text) }

// IsDID reports whether a text is a well-formed DID.
func IsDID(text string) bool { return parses(syntax.ParseDID)(text) }

// IsNSID reports whether a text is a well-formed NSID.
func IsNSID(text string) bool { return parses(syntax.ParseNSID)(text) }

func parses[T any](parse func(string) (T, error)) func(string) bool {
	return func(text string) bool {
		_, err := parse(text)
		return err == nil
	}
}

// isCID adds what syntax.ParseCID lets pass: most identifiers of version 0,
// which are not in use here.
func isCID(text string) bool {
	const zeroPrefix, zeroLength = "Qm", 46
	_, err := syntax.ParseCID(text)
	return err == nil && !(len(text) == zeroLength && strings.HasPrefix(text, zeroPrefix))
}

// isDatetime adds what syntax.ParseDatetime lets pass: a comma before the
// fraction, and offsets of a day or more, which RFC 3339 does not know.
func isDatetime(text string) bool {
	if _, err := syntax.ParseDatetime(text); err != nil {
		return false
	}
	if strings.ContainsRune(text, ',') {
		return false
	}
	if strings.HasSuffix(text, "Z") {
		return true
	}
	return text[len(text)-len("hh:mm"):] < "24"
}

// languageTag is the grammar of a well-formed tag, with the case of the
// primary language that atproto asks for. syntax.ParseLanguage takes any row
// of subtags.
// Source: https://www.rfc-editor.org/rfc/rfc5646#section-2.1
var languageTag = regexp.MustCompile(`^(?:` +
	`[a-z]{2,3}(?:-[A-Za-z]{3}){0,3}` + // language with extended subtags; longer ones are only reserved
	`(?:-[A-Za-z]{4})?` + // script
	`(?:-(?:[A-Za-z]{2}|[0-9]{3}))?` + // region
	`(?:-(?:[A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*` + // variants
	`(?:-[0-9A-WY-Za-wy-z](?:-[A-Za-z0-9]{2,8})+)*` + // extensions
	`(?:-[xX](?:-[A-Za-z0-9]{1,8})+)?` + // private use
	`|x(?:-[A-Za-z0-9]{1,8})+` + // private use as a whole
	`|i(?:-[A-Za-z0-9]{2,8})+` + // registered before the grammar was
	`|sgn-(?:BE-FR|BE-NL|CH-DE)|zh-min-nan|en-GB-oed` +
	`)$`)

func isLanguage(text string) bool { return len(text) <= 128 && languageTag.MatchString(text) }

// uriSyntax is a scheme, a colon and at least one printable character without
// spaces. syntax.ParseURI knows no digits and no plus sign in a scheme.
// Source: https://www.rfc-editor.org/rfc/rfc3986#section-3.1
var uriSyntax = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]{0,80}:[[:graph:]]+$`)

func isURI(text string) bool { return len(text) <= 8192 && uriSyntax.MatchString(text) }
