package target

import (
	"strings"
	"testing"
)

// TestCode gives mail as it comes after its transfer encoding is undone.
func TestCode(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ text, want string }{
		// Letters in two groups, as servers of today write them.
		"alone":                  {"ABCDE-FGH23", "ABCDE-FGH23"},
		"in a sentence":          {"Your code is ABCDE-FGH23.", "ABCDE-FGH23"},
		"letters only":           {"Use QWERT-ASDFG to go on", "QWERT-ASDFG"},
		"on its own line":        {"Hello alice.test,\r\n\r\nABCDE-FGH23\r\n\r\nBye.\r\n", "ABCDE-FGH23"},
		"in quotes":              {`Enter "ABCDE-FGH23" in the app.`, "ABCDE-FGH23"},
		"lower case":             {"Your code is abcde-fgh23.", "abcde-fgh23"},
		"lower case, letters":    {"Your deletion code: abcde-fghij", "abcde-fghij"},
		"lower case, code after": {"abcde-fghij is your code.", "abcde-fghij"},
		"lower case, own line":   {"Type this:\n\n  qwert-asdfg\n", "qwert-asdfg"},
		"mixed case":             {"Your code is aBcDe-FgH23.", "aBcDe-FgH23"},
		"the first of two":       {"Code: ABCDE-FGH23\nOld code: JKLMN-PQR45", "ABCDE-FGH23"},

		// Digits, as those of April 2023 did.
		"six digits":         {"Your code is 482913", "482913"},
		"four digits":        {"PIN: 4829", "4829"},
		"eight digits":       {"Your code is 48291357.", "48291357"},
		"digits, code after": {"482913 is your code", "482913"},
		"digits alone":       {"482913", "482913"},
		"digits in brackets": {"Use this code (482913) within 15 minutes.", "482913"},
		"digits in stars":    {"Your code is\n\n*482913*\n", "482913"},
		"leading zero":       {"Your code: 004821", "004821"},
		"no word for it":     {"Enter 482913 in the app.", "482913"},
		"like a year":        {"Your code is 2023", "2023"},

		// HTML.
		"paragraph":         {"<html><body><p>Your code is</p><p>ABCDE-FGH23</p></body></html>", "ABCDE-FGH23"},
		"digits in cells":   {`<table width="1200"><tr><td height="4000">482913</td></tr></table>`, "482913"},
		"style":             {"<style>\n.x { width: 1024 ; color: abcde-fgh23 }\n</style><b>482913</b>", "482913"},
		"style in capitals": {"<STYLE TYPE=\"text/css\">.x { width: 1024 ; }</STYLE><b>482913</b>", "482913"},
		"script":            {"<script>var a = 1234 ;</script><b>482913</b>", "482913"},
		"comment":           {"<!-- [if mso] width 6000 > ABCDE-FGH23 --><p>Code: 482913</p>", "482913"},
		"entities":          {"<p>Your code&nbsp;is&#58;&nbsp;<b>482913</b></p>", "482913"},
		"entity hyphen":     {"<p>ABCDE&#45;FGH23</p>", "ABCDE-FGH23"},
		"bold":              {"<p>Your code: <strong style=\"letter-spacing: 4px\">ABCDE-FGH23</strong></p>", "ABCDE-FGH23"},
		"image first":       {`<img src="https://x.test/1234567.png" width="4321"><p>482913</p>`, "482913"},

		// In a link.
		"token in a link":       {"Go to https://pds.test/reset?token=ABCDE-FGH23 to go on", "ABCDE-FGH23"},
		"code in a link":        {"https://pds.test/reset?code=482913", "482913"},
		"second parameter":      {"https://pds.test/reset?lang=en&token=abcde-fgh23&x=1", "abcde-fgh23"},
		"link in HTML":          {`<a href="https://pds.test/reset?lang=en&amp;token=abcde-fgh23">Reset</a>`, "abcde-fgh23"},
		"long token":            {`<a href="https://pds.test/reset?token=eyJh.bGci_Oi-J9~x">Reset</a>`, "eyJh.bGci_Oi-J9~x"},
		"percent-encoded":       {"https://pds.test/reset?token=abcde%2Dfgh23", "abcde-fgh23"},
		"percent-encoded bytes": {`<a href="https://pds.test/reset?code=aB%2Bc%2Fd%3D%3D">Reset</a>`, "aB+c/d=="},
		"bad percent":           {"https://pds.test/reset?token=abc%zz", "abc%zz"},
		"link ends a sentence":  {"Follow https://pds.test/reset?token=s3cretcode.", "s3cretcode"},
		"link before digits":    {"https://pds.test/reset?token=s3cretcode\nRef 482913", "s3cretcode"},
		"link and plain code":   {"https://pds.test/reset?token=eyJhbGciOi or type ABCDE-FGH23", "ABCDE-FGH23"},

		// What stands nearby and is none.
		"year before":             {"© 2023 Example. Your code is 482913.", "482913"},
		"year after":              {"Your code is 482913.\n\n© 2023 Example", "482913"},
		"year before, no word":    {"Copyright 2023\n\nEnter 4829 in the app.", "4829"},
		"valid until":             {"Your code, valid until May 1, 2023: 482913", "482913"},
		"date":                    {"2023-05-01 10:00: your code is 482913", "482913"},
		"phone before":            {"Call +1 800 5551234 for help. Your code is 482913.", "482913"},
		"phone in groups":         {"Help: 0800 1234567\n\nEnter 482913 in the app.", "482913"},
		"phone with hyphens":      {"Help: 555-1234. Your code: 482913", "482913"},
		"phone in words":          {"Tel. 5551234\n\nEnter 482913 in the app.", "482913"},
		"price":                   {"You paid 1234.50. Your code is 482913", "482913"},
		"hyphenated before":       {"This could-never happen: your code is ab3de-fgh23", "ab3de-fgh23"},
		"hyphenated, lower":       {"A never-ending story. Your token is abcde-fghij", "abcde-fghij"},
		"hyphenated, upper":       {"NEVER-SHARE this. Your code: ABCDE-FGH23", "ABCDE-FGH23"},
		"hyphenated, then digits": {"Some never-heard story; your code is 482913", "482913"},
		"longer than a code":      {"Order 123456789, item ABCDEF-GHIJKL, your code 482913", "482913"},
		"no base32":               {"Ticket ABCD1-FGH89. Your code: ABCDE-FGH23", "ABCDE-FGH23"},

		// None at all.
		"empty":            {"", ""},
		"greeting":         {"Welcome to the server, alice.test!", ""},
		"only a year":      {"© 2023 Example Inc.", ""},
		"year, own line":   {"Welcome!\n\n2023\n", ""},
		"only a phone":     {"Questions? Call +1 800 5551234", ""},
		"phone in a word":  {"Phone: 5551234", ""},
		"only hyphenated":  {"Your never-ending story about first-class state-state mail", ""},
		"only style":       {"<style>.x{width: 1234 }</style><p>Hi</p>", ""},
		"only a comment":   {"<!-- ABCDE-FGH23 --><p>Hi</p>", ""},
		"link without one": {"https://pds.test/?tokens=abcdef&encode=123456", ""},
		"three digits":     {"Your code is 482", ""},
		"date and time":    {"Sent on 2023-05-01T10:00:00Z", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := (Message{Text: test.text}).Code(); got != test.want {
				t.Errorf("%q: code %q, want %q", test.text, got, test.want)
			}
		})
	}
}

// A mail of nothing but numbers and hyphens takes no longer than another.
func TestCodeInALongMail(t *testing.T) {
	t.Parallel()
	filler := strings.Repeat("Call 1234 or never-heard ", maxMail/25)
	for text, want := range map[string]string{filler: "", "Your code is ABCDE-FGH23\n" + filler: "ABCDE-FGH23"} {
		if got := (Message{Text: text}).Code(); got != want {
			t.Errorf("%q: code %q, want %q", text[:40], got, want)
		}
	}
}

func TestCodeThatTheDriverFound(t *testing.T) {
	t.Parallel()
	message := Message{Text: "Your code is ABCDE-FGH23", Token: "other"}
	if got := message.Code(); got != "other" {
		t.Errorf("code %q, want the one that the driver found", got)
	}
}
