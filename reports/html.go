package reports

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strings"
	"time"
	"unicode"
)

// htmlBudget is the size in bytes that the page stays under: evidence is
// shortened until it does, that of passed requirements first.
const htmlBudget = 3 << 20

//go:embed html.tmpl
var htmlTemplate string

//go:embed assets/report.css
var htmlStyle string

//go:embed assets/report.js
var htmlScript string

// EncodeHTML writes the report as one page that needs no network and no other
// file. A policy in the page lets nothing but its own style and script run, so
// whatever a target answered is text there.
//
// All that was found out is in the page as it is; exchanges and the lines of
// documents are drawn from a block of JSON when a requirement is opened.
func EncodeHTML(w io.Writer, report *Report, options Options) error {
	page, err := template.New("report").Funcs(htmlFuncs()).Parse(htmlTemplate)
	if err != nil {
		return fmt.Errorf("encode report as html: %w", err)
	}
	data := newHTMLPage(report, options)
	for level := range htmlCuts {
		data.Evidence = newHTMLEvidence(report, options, level)
		var text strings.Builder
		if err := page.Execute(&text, data); err != nil {
			return fmt.Errorf("encode report as html: %w", err)
		}
		if text.Len() > htmlBudget && level+1 < len(htmlCuts) {
			continue
		}
		if _, err := io.WriteString(w, text.String()); err != nil {
			return fmt.Errorf("encode report as html: %w", err)
		}
		return nil
	}
	return nil
}

// htmlPage is what the template sees.
type htmlPage struct {
	*Report
	Verdict   Verdict
	Tiles     []htmlTile
	Failing   []Result // gating first
	Uncovered []uncovered
	Matrix    []matrixRow
	Declared  []methodErrors
	Groups    []htmlGroup
	Evidence  htmlEvidence

	Style  template.CSS
	Script template.JS
	Policy string
}

func newHTMLPage(report *Report, options Options) htmlPage {
	return htmlPage{
		Report:    report,
		Verdict:   report.Verdict(),
		Tiles:     htmlTiles(report.Results),
		Failing:   failures(report),
		Uncovered: groupUncovered(report.Results),
		Matrix:    newMatrix(report.Results),
		Declared:  declaredErrors(report.Results),
		Groups:    htmlGroups(report.Results, newLibrary(options.Documents)),
		Style:     template.CSS(htmlStyle), //nolint:gosec // a file of ours
		Script:    template.JS(htmlScript), //nolint:gosec // a file of ours
		Policy: "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; " +
			"style-src " + policyHash(htmlStyle) + "; script-src " + policyHash(htmlScript),
	}
}

// policyHash names a script or style in a Content-Security-Policy.
// Source: https://www.w3.org/TR/CSP3/#grammardef-hash-source
func policyHash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

func htmlFuncs() template.FuncMap {
	return template.FuncMap{
		"short":       shortName,
		"glyph":       glyph,
		"words":       outcomeWords,
		"gates":       func(r Result, strict bool) bool { return r.Gates(strict) },
		"outcomes":    Outcomes,
		"levels":      Levels,
		"authorities": Authorities,
		"facets":      Facets,
		"when": func(at time.Time) string {
			return at.UTC().Format("2 January 2006, 15:04 UTC")
		},
		"stamp":   func(at time.Time) string { return at.UTC().Format(time.RFC3339) },
		"seconds": func(ms int64) string { return (time.Duration(ms) * time.Millisecond).String() },
		"first": func(n int, causes []Cause) []Cause {
			return causes[:min(n, len(causes))]
		},
		"plural":   plural,
		"standing": func(s Standing) string { return strings.ReplaceAll(string(s), " ", "-") },
		"sentence": sentence,
		"humps":    humps,
		"dotted":   func(id string) []string { return strings.SplitAfter(id, ".") },
	}
}

// humps splits a name before its capitals, where it may go on in another line.
func humps(name string) []string {
	var parts []string
	start := 0
	for i, r := range name {
		if i > 0 && unicode.IsUpper(r) {
			parts = append(parts, name[start:i])
			start = i
		}
	}
	return append(parts, name[start:])
}
