package reports

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"html"
	"io"
	"net/url"
	"os"
	"strings"
	"testing"
)

// writers returns everything that writes a report, or something made of one.
func writers() map[string]func(io.Writer, *Report) error {
	all := map[string]func(io.Writer, *Report) error{
		"annotations":    EncodeAnnotations,
		"known failures": func(w io.Writer, r *Report) error { return EncodeExpectedFailures(w, r, nil) },
	}
	for _, format := range FormatsWith(Options{Documents: os.DirFS("../lexicons/2023-04")}) {
		all[format.Name] = format.Encode
	}
	changed := func(r *Report) *Comparison {
		before := *r
		before.Results = nil
		return Compare(&before, r)
	}
	all["comparison text"] = func(w io.Writer, r *Report) error { return EncodeComparisonText(w, changed(r)) }
	all["comparison markdown"] = func(w io.Writer, r *Report) error { return EncodeComparisonMarkdown(w, changed(r)) }
	all["comparison json"] = func(w io.Writer, r *Report) error { return EncodeComparisonJSON(w, changed(r)) }
	return all
}

// codings are the ways in which a secret could stand in what a target sent or
// was sent, past a reader that looks for it as it is.
var codings = map[string]func(string) string{
	"base64": func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
	"basic":  func(s string) string { return base64.StdEncoding.EncodeToString([]byte("admin:" + s)) },
	"part of a JWT": func(s string) string {
		return "eyJhbGciOiJIUzI1NiJ9." + base64.RawURLEncoding.EncodeToString([]byte(`{"sub":"`+s+`"}`)) + ".c2ln"
	},
	"hexadecimal": func(s string) string { return hex.EncodeToString([]byte(s)) },
	"URL":         func(s string) string { return each(s, "%%%02X") },
	"JSON":        func(s string) string { return each(s, `\u%04x`) },
	"HTML":        func(s string) string { return each(s, "&#%d;") },
	"shell":       func(s string) string { return each(s, `\x%02x`) },
}

func each(text, format string) string {
	var coded strings.Builder
	for _, b := range []byte(text) {
		fmt.Fprintf(&coded, format, b)
	}
	return coded.String()
}

// TestWritersDecodeNothing plants secrets in codings that the suite, which
// replaces secrets before they get here, might not know, and holds every
// writer to leaving them as they are: none may make a secret readable.
func TestWritersDecodeNothing(t *testing.T) {
	t.Parallel()
	planted := map[string]string{}
	content := sample()
	for name, encode := range codings {
		for _, kind := range []string{"token", "password", "mailcode", "admin"} {
			secret := fmt.Sprintf("S3CR3T-%s-%s", kind, strings.ReplaceAll(name, " ", "-"))
			planted[secret] = encode(secret)
			content.Results = append(content.Results, planting(encode(secret), len(planted)))
		}
	}
	report := New(content)
	for name, write := range writers() {
		var text strings.Builder
		if err := write(&text, report); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(text.String(), "S3CR3T") {
			at := strings.Index(text.String(), "S3CR3T")
			t.Errorf("%s makes a secret readable: %s", name, text.String()[at:min(at+80, text.Len())])
		}
		// Nor in another coding than the one that was planted.
		for secret, coded := range planted {
			for coding, encode := range codings {
				if again := encode(secret); again != coded && strings.Contains(text.String(), again) && !strings.Contains(coded, again) {
					t.Errorf("%s turned %s into %s", name, coded, coding)
				}
			}
		}
	}
}

// planting returns a failure with a text in every place of it.
func planting(text string, n int) Result {
	headers := map[string][]string{"Authorization": {"Bearer " + text}, "X-" + text: {text}, "Set-Cookie": {"session=" + text}}
	return Result{
		Requirement: Requirement{
			ID: fmt.Sprintf("server.createSession.planted.case-%d", n), Title: text, Level: Levels()[n%3], Authority: Lexicon,
			Endpoint: "com.atproto.server.createSession", Source: "https://example.org/" + url.PathEscape(text), Origin: Derived,
		},
		Outcome: []Outcome{Failed, Errored, Blocked, KnownFailure}[n%4], Fault: FaultTarget,
		Reason: text, Expected: text, Actual: text, Unlock: text, SeenIn: []string{text}, Error: text,
		Exchanges: []Exchange{{
			Request:  Request{Method: "POST", URL: "http://127.0.0.1/xrpc/x?token=" + text, Headers: headers, Body: `{"password":"` + text + `"}`},
			Response: Response{Status: 400, Headers: headers, Body: `{"message":"` + text + `"}`, Error: text},
			Curl:     "curl -H 'Authorization: Bearer " + text + "' 'http://127.0.0.1/xrpc/x?token=" + text + "'",
		}},
	}
}

// TestWritersKeepWhatReplacesSecrets holds formats with evidence to showing
// the words that stand for secrets, and not less.
func TestWritersKeepWhatReplacesSecrets(t *testing.T) {
	t.Parallel()
	content := sample()
	content.Results[0].Exchanges[0].Request.Headers = map[string][]string{"Authorization": {"Bearer [access token]"}}
	content.Results[0].Exchanges[0].Curl = "curl -H 'Authorization: Bearer [access token]'"
	for _, format := range FormatsWith(Options{}) {
		if format.Name == "sarif" || strings.HasPrefix(format.Name, "badge") {
			continue // no evidence in it
		}
		var text strings.Builder
		if err := format.Encode(&text, New(content)); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(html.UnescapeString(text.String()), "[access token]") {
			t.Errorf("%s has lost the words that stand for a token; a format that is meant to show no exchange is named above", format.Name)
		}
	}
}
