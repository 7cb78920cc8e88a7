package target

import (
	"html"
	"net/url"
	"regexp"
	"strings"
)

// The forms in which servers write a code: two groups of five letters of
// base32, four to eight digits, or in a link's query.
var (
	codeGroups = regexp.MustCompile(`(?i)\b[a-z2-7]{5}-[a-z2-7]{5}\b`)
	codeDigits = regexp.MustCompile(`\b\d{4,8}\b`)
	codeInLink = regexp.MustCompile(`[?&](?:token|code)=([A-Za-z0-9._~%-]+)`)
)

// What stands around a code, or around something that only looks like one.
var (
	markup     = regexp.MustCompile(`(?is)<style.*?</style>|<script.*?</script>|<!--.*?-->|<[^>]*>`)
	hintBefore = regexp.MustCompile(`(?i)\b(?:code|token|pin)\b[^.!?]{0,60}$`)
	hintAfter  = regexp.MustCompile(`(?i)^\W{0,3}(?:is|as)\b[^.!?\n]{0,20}\b(?:code|token|pin)\b`)
	notBefore  = regexp.MustCompile(`[^\s>:"'(*]$|(?i:[\d+][\s()/-]*|\b(?:tel|phone|call|fax)\W*)$`)
	notAfter   = regexp.MustCompile(`^(?:[^\s<."',)*!?;:]|[\s.,:]?\d)`)
	likeAYear  = regexp.MustCompile(`^(?:19|20)\d\d$`)
	capitals   = regexp.MustCompile(`^[A-Z2-7-]+$`)
)

// How sure it is that something is a code. A mail has years, phone numbers and
// hyphenated words as well, before the code or without one.
const (
	sureForm   = 4 // capitals in two groups are hardly anything else
	likelyForm = 2 // digits, or letters and digits in two groups
	spokenOf   = 3 // "your code is …", "… is your code"
	onItsOwn   = 2 // nothing else is in its line
	leastSure  = 2
)

const (
	nearby  = 120 // bytes before and after a match that tell what it is
	matches = 200 // that are looked at: a mail of nothing but numbers is of no use
)

// Code returns the code in a message: the one that the driver found, or else
// what is most like one in its text; empty where there is none.
func (m Message) Code() string {
	if m.Token != "" {
		return m.Token
	}
	plain := html.UnescapeString(markup.ReplaceAllString(m.Text, " \n "))
	groups, sure := best(plain, codeGroups, sureOfGroups)
	if sure >= sureForm {
		return groups
	}
	if match := codeInLink.FindStringSubmatch(html.UnescapeString(m.Text)); match != nil {
		code := strings.TrimRight(match[1], ".")
		if decoded, err := url.PathUnescape(code); err == nil {
			return decoded
		}
		return code
	}
	digits, sureOfThem := best(plain, codeDigits, sureOfDigits)
	if sureOfThem >= leastSure && sureOfThem >= sure {
		return digits
	}
	if sure >= leastSure {
		return groups
	}
	return ""
}

// best is the first of those matches that are most like a code.
func best(text string, form *regexp.Regexp, sureOf func(before, match, after string) int) (code string, sure int) {
	for _, at := range form.FindAllStringIndex(text, matches) {
		before, match, after := text[max(at[0]-nearby, 0):at[0]], text[at[0]:at[1]], text[at[1]:min(at[1]+nearby, len(text))]
		if found := sureOf(before, match, after); found > sure {
			code, sure = match, found
		}
	}
	return code, sure
}

func sureOfGroups(before, match, after string) int {
	sure := surroundings(before, after)
	if capitals.MatchString(match) {
		sure += sureForm
	}
	if strings.ContainsAny(match, "234567") {
		sure += likelyForm
	}
	return sure
}

func sureOfDigits(before, match, after string) int {
	if notBefore.MatchString(before) || notAfter.MatchString(after) {
		return 0
	}
	sure := surroundings(before, after)
	if !likeAYear.MatchString(match) {
		return sure + likelyForm
	}
	if sure == onItsOwn {
		return 0
	}
	return sure
}

func surroundings(before, after string) int {
	sure := 0
	if hintBefore.MatchString(before) || hintAfter.MatchString(after) {
		sure += spokenOf
	}
	line := before[strings.LastIndexByte(before, '\n')+1:]
	rest, _, _ := strings.Cut(after, "\n")
	if strings.TrimSpace(line) == "" && strings.TrimSpace(rest) == "" {
		sure += onItsOwn
	}
	return sure
}
