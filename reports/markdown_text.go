package reports

import (
	"strings"
	"unicode"
)

// markdownEscapes keeps text from being read as markup, as the mention of a
// person or as a link to an issue.
var markdownEscapes = strings.NewReplacer(
	`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "~", `\~`, "|", `\|`, "!", `\!`,
	"&", "&amp;", "<", "&lt;", ">", "&gt;", "@", "&#64;", "#", "&#35;", "://", "&#58;//",
)

// markdownText returns a text as it reads, on one line.
func markdownText(text string) string {
	return markdownEscapes.Replace(oneLine(printable(text)))
}

// markdownCode returns a value as code on one line, cut where it is long.
func markdownCode(value string) string {
	value = shorten(oneLine(printable(value)), markdownValue)
	if value == "" {
		return ""
	}
	mark := strings.Repeat("`", longestRun(value, '`')+1)
	if strings.HasPrefix(value, "`") || strings.HasSuffix(value, "`") {
		return mark + " " + value + " " + mark
	}
	return mark + value + mark
}

// markdownCell keeps a text within its cell of a table.
func markdownCell(text string) string {
	if strings.Contains(text, `\|`) {
		return text
	}
	return strings.ReplaceAll(text, "|", `\|`)
}

// markdownFence returns a text as a block of code.
func markdownFence(text string) string {
	text = shorten(strings.TrimSpace(printable(text)), 3*markdownValue)
	mark := strings.Repeat("`", max(3, longestRun(text, '`')+1))
	return mark + "text\n" + text + "\n" + mark + "\n"
}

func longestRun(text string, of rune) int {
	longest, run := 0, 0
	for _, r := range text {
		if r != of {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	return longest
}

// printable replaces what has no place in a text that people read: control
// characters, those that turn the direction of writing, and broken UTF-8.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n', r == '\t', r == '\r':
			return r
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), r == '\u2028', r == '\u2029':
			return unicode.ReplacementChar
		}
		return r
	}, text)
}
