package lexval

import (
	"strings"
	"testing"

	"github.com/pdsconform/pdsconform/lexicons"
)

func TestEveryFormatIsKnown(t *testing.T) {
	t.Parallel()
	known := formats()
	for _, format := range lexicons.Formats() {
		if known[format] == nil {
			t.Errorf("no check for %s", format)
		}
	}
	if len(known) != len(lexicons.Formats()) {
		t.Errorf("%d checks for %d formats", len(known), len(lexicons.Formats()))
	}
}

func TestFormats(t *testing.T) {
	t.Parallel()
	const cid = "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi"
	label := strings.Repeat("a", 63)
	for format, row := range map[string]struct{ good, bad []string }{
		lexicons.FormatHandle: {
			[]string{"a.bc", "Alice.Test", "a-b.c-d", "1.a", label + ".test", "xn--a.test", "a.b.c.d.e"},
			[]string{"", "a", ".a", "a.", "a..b", "-a.b", "a-.b", "a.1b", "a_b.c", "a b.c", "ä.test", "@a.b", label + "a.test", strings.Repeat("a.", 130) + "b", "did:plc:x", "a.b\n"},
		},
		lexicons.FormatDID: {
			[]string{"did:plc:ewvi7nxzyoun6zhxrhs64oiz", "did:web:example.com", "did:web:localhost%3A1", "did:key:z6Mk", "did:a:b:c", "did:x:-._"},
			[]string{"", "admin", "did", "did:", "did:plc", "did:plc:", "did:PLC:a", "DID:plc:a", "did:pl1:a", "did:plc:a:", "did:plc:a%", "did:plc:ä", "did:plc:a b", "did::a", "did:plc:a/b", "did:plc:a\n"},
		},
		lexicons.FormatATIdentifier: {[]string{"a.bc", "did:web:a"}, []string{"", "a", "did:"}},
		lexicons.FormatDatetime: {
			[]string{"1985-04-12T23:20:50.123Z", "1985-04-12T23:20:50Z", "1985-04-12T23:20:50.123456789012Z", "1985-04-12T23:20:50+01:45", "2000-02-29T00:00:00-23:59", "0000-01-01T00:00:00Z"},
			[]string{"", "1985-04-12", "1985-04-12T23:20:50", "1985-04-12t23:20:50Z", "1985-04-12T23:20:50z", "1985-04-12T23:20:50,123Z", "1985-04-12T23:20:50.Z",
				"1985-04-12T23:20:50-00:00", "1985-04-12T23:20:50+24:00", "1985-04-12T23:20:50+0100", "1985-02-30T00:00:00Z", "2001-02-29T00:00:00Z", "1985-13-01T00:00:00Z",
				"1985-04-12T24:00:00Z", "1985-04-12 23:20:50Z", "1985-04-12T23:20Z", " 1985-04-12T23:20:50Z", "0000-01-01T00:00:00+01:00", "-001-01-01T00:00:00Z"},
		},
		lexicons.FormatLanguage: {
			[]string{"ja", "ban", "pt-BR", "zh-Hant-TW", "hy-Latn-IT-arevela", "sl-rozaj-biske", "de-CH-1901", "es-419", "en-GB-boont-r-extended-sequence-x-private", "i-navajo", "x-private", "sgn-BE-NL", "zh-hakka", "zh-min-nan"},
			[]string{"", "j", "jaja", "JA", "123", "ja-", "a-DE", "de-419-DE", "en_GB", "de-", "en--GB", "a", "x-", "en-x"},
		},
		lexicons.FormatURI: {
			[]string{"https://example.com", "dns:example.com", "at://a.b/c", "did:key:z6Mk", "git+ssh://a", "h323:a", "HTTP://example.com", "microsoft.windows.camera:thing"},
			[]string{"", "example.com", "://a", "//a", "http:", ".http://a", "-a://b", "12:a", "http://a b", " http://a", "http://a\n", strings.Repeat("a", 82) + ":b", "a:" + strings.Repeat("b", 8192)},
		},
		lexicons.FormatATURI: {
			[]string{"at://did:plc:a", "at://a.bc", "at://a.bc/com.example.it", "at://a.bc/com.example.it/self"},
			[]string{"", "at:a.bc", "http://a.bc", "at://a", "at://a.bc/", "at://a.bc/it", "at://a.bc/com.example.it/", "at://a.bc/com.example.it/a b", "AT://a.bc"},
		},
		lexicons.FormatCID:       {[]string{cid, "zdj7WWeQ43G6JJvLWQWZpyHuAMq6uYWRjkBXFad11vE2LHhQ7"}, []string{"", "cid:" + cid, "short", "QmbWqxBEKC3P8tqsKc98xmWNzrzDtRLMiMPL8wBuTGsMnR", "Qmc3XM8LVuJRzJxqzDtCoVGcfhU2CmvmeJpiGxypfB7MNs", cid + " "}},
		lexicons.FormatNSID:      {[]string{"com.example.it", "a.b.c", "com.example-1.fooBar"}, []string{"", "com", "com.example", "com.example.it_", "com..it", "1com.example.it", "com.example.foo-bar", "com.example.3"}},
		lexicons.FormatRecordKey: {[]string{"self", "a", "a.b", "~1.2-3_", "pre:fix"}, []string{"", ".", "..", "a/b", "a b", "@", "é", strings.Repeat("a", 513)}},
		lexicons.FormatTID:       {[]string{"3jzfcijpj2z2a", "7777777777777"}, []string{"", "3jzfcijpj2z2", "3jzfcijpj2z2aa", "3jzf-cij-pj2z-2a", "zzzzzzzzzzzzz", "3JZFCIJPJ2Z2A", "0000000000000"}},
	} {
		check := formats()[format]
		for _, text := range row.good {
			if !check(text) {
				t.Errorf("%s: %q is refused", format, text)
			}
		}
		for _, text := range row.bad {
			if check(text) {
				t.Errorf("%s: %q is accepted", format, text)
			}
		}
	}
}
