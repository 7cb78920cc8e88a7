package schema

import (
	"slices"
	"strings"
	"testing"

	"github.com/pdsconform/pdsconform/fixtures"
	"github.com/pdsconform/pdsconform/lexicons"
)

// TestFormatsAgreeWithFixtures asks that everything well-formed is accepted,
// disputed or not, since an answer may hold it, and that what is ill-formed
// beyond dispute is refused.
func TestFormatsAgreeWithFixtures(t *testing.T) {
	t.Parallel()
	for _, format := range fixtures.Formats() {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			set := compiled(t, field(`{"type":"string","format":"`+format+`"}`), "", nil)
			valid, invalid := fixtures.Format(format)
			for _, example := range valid {
				if got := found(set, map[string]any{"v": example.Value}); got != nil || !WellFormed(format, example.Value) {
					t.Errorf("%s: %q is well-formed (%s), but got %v", example.Name, example.Value, example.Why, got)
				}
			}
			for _, example := range invalid {
				got := found(set, map[string]any{"v": example.Value})
				if !example.Disputed && !slices.Equal(got, []string{"/v format"}) {
					t.Errorf("%s: %q is ill-formed (%s), but got %v", example.Name, example.Value, example.Why, got)
				}
				if (got == nil) != WellFormed(format, example.Value) {
					t.Errorf("%s: schema and WellFormed disagree", example.Name)
				}
			}
		})
	}
}

func TestEveryFormatOfTheLanguageIsChecked(t *testing.T) {
	t.Parallel()
	for _, format := range lexicons.Formats() {
		if formats()[format] == nil {
			t.Errorf("%s is not checked", format)
		}
	}
}

// TestFormatsBeyondFixtures has what the tables leave out.
func TestFormatsBeyondFixtures(t *testing.T) {
	t.Parallel()
	for format, texts := range map[string]map[string]bool{
		lexicons.FormatDatetime: {
			"2023-04-18T20:41:07+23:59": true, "2023-04-18T20:41:07-23:59": true, "2023-04-18T20:41:07+14:00": true,
			"2023-04-18T20:41:07+24:00": false, "2023-04-18T20:41:07-24:00": false, "2023-04-18T20:41:07.5+24:30": false,
			"2023-04-18T20:41:07x5Z": false, "2023-04-18T20:41:07.": false, "+02:00": false, "Z": false,
		},
		lexicons.FormatLanguage: {
			"i": false, "x": false, "x-": false, "i-Klingon": true, "X-pirate": true, "j-x": false, "ZH-hant": true,
			"en-" + strings.Repeat("a-", 70) + "a": false,
		},
		lexicons.FormatURI: {
			"https:": true, "a:": true, "a:b": true, "https://a\vb": false, "https://a\u007fb": false, "https://[::1": false,
		},
		lexicons.FormatCID: {"bafyrei\u00a0" + strings.Repeat("a", 30): false},
		formatBase64: {
			"": true, "YQ": true, "YQ==": true, "YWI=": true, "YWJj": true, "+/+/": true, "YQ=": false, "YWI==": false, "YWJj=": false,
			"=": false, "====": false, "Y": false, "YQ==YQ==": false, "-_-_": false, "YW Jj": false, "YW\nJj": false, "YWJj\r\n": false,
		},
	} {
		for text, want := range texts {
			if got := WellFormed(format, text); got != want {
				t.Errorf("%s %q: well-formed %t, want %t", format, text, got, want)
			}
		}
	}
}
