package reports

import (
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// EncodeJUnit writes the report as JUnit XML: a suite for each endpoint, a
// case for each requirement, named by its ID.
//
// JUnit knows no more than failed, error and skipped, and a CI system turns
// red on the first two. So only failures that gate are failures here; others
// are skipped with a message that says what failed, and their evidence.
// Characters that XML can't hold are replaced by U+FFFD.
func EncodeJUnit(w io.Writer, report *Report) error {
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return fmt.Errorf("encode report as junit: %w", err)
	}
	encoder := xml.NewEncoder(w)
	encoder.Indent("", "  ")
	if err := encoder.Encode(junitDocument(report)); err != nil {
		return fmt.Errorf("encode report as junit: %w", err)
	}
	if _, err := io.WriteString(w, "\n"); err != nil {
		return fmt.Errorf("encode report as junit: %w", err)
	}
	return nil
}

type junitSuites struct {
	XMLName xml.Name `xml:"testsuites"`
	Name    string   `xml:"name,attr"`
	junitTotals
	Time   string        `xml:"time,attr"`
	Suites []*junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name string `xml:"name,attr"`
	junitTotals
	Skipped    int             `xml:"skipped,attr"` // of a suite alone, says the schema of CI systems
	Time       string          `xml:"time,attr"`
	Timestamp  string          `xml:"timestamp,attr"`
	Properties []junitProperty `xml:"properties>property"`
	Cases      []junitCase     `xml:"testcase"`

	elapsedMs int64
}

type junitTotals struct {
	Tests    int `xml:"tests,attr"`
	Failures int `xml:"failures,attr"`
	Errors   int `xml:"errors,attr"`
}

type junitProperty struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type junitCase struct {
	Name      string        `xml:"name,attr"`
	Classname string        `xml:"classname,attr"`
	Time      string        `xml:"time,attr"`
	Failure   *junitVerdict `xml:"failure"`
	Error     *junitVerdict `xml:"error"`
	Skipped   *junitSkipped `xml:"skipped"`
	SystemOut *junitText    `xml:"system-out"`
}

type junitVerdict struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",cdata"`
}

type junitText struct {
	Text string `xml:",cdata"`
}

type junitSkipped struct {
	Message string `xml:"message,attr"`
}

func junitDocument(report *Report) junitSuites {
	document := junitSuites{Name: report.Tool.Name, Time: junitSeconds(report.Run.DurationMs)}
	suites := map[string]*junitSuite{}
	blocks := map[string]int{}
	for _, result := range report.Results {
		blocks[result.BlockedBy]++
	}
	for _, result := range inReadingOrder(report) {
		suite, ok := suites[result.Endpoint]
		if !ok {
			suite = newJUnitSuite(report, result.Endpoint)
			suites[result.Endpoint] = suite
			document.Suites = append(document.Suites, suite)
		}
		item := newJUnitCase(result, report.Run.Strict, blocks[result.ID])
		suite.Cases = append(suite.Cases, item)
		suite.count(item)
		document.count(item)
		if item.Skipped != nil {
			suite.Skipped++
		}
		suite.elapsedMs += result.DurationMs
		suite.Time = junitSeconds(suite.elapsedMs)
	}
	return document
}

func newJUnitSuite(report *Report, endpoint string) *junitSuite {
	properties := []junitProperty{
		{"target", report.Target.URL},
		{"revision", report.Run.Revision},
		{"seed", strconv.FormatInt(report.Run.Seed, 10)},
		{"version", report.Tool.Version},
		{"verdict", report.Verdict().String()},
	}
	for _, profile := range report.Summary.Profiles {
		properties = append(properties, junitProperty{"profile " + profile.Name, profile.words()})
	}
	return &junitSuite{Name: endpoint, Timestamp: report.Run.StartedAt.UTC().Format(time.RFC3339), Properties: properties}
}

func (t *junitTotals) count(item junitCase) {
	t.Tests++
	switch {
	case item.Failure != nil:
		t.Failures++
	case item.Error != nil:
		t.Errors++
	}
}

func newJUnitCase(result Result, strict bool, blocks int) junitCase {
	item := junitCase{
		Name:      result.ID,
		Classname: result.Endpoint,
		Time:      junitSeconds(result.DurationMs),
	}
	switch result.Outcome {
	case Passed:
	case Failed:
		if result.Gates(strict) {
			item.Failure = &junitVerdict{Message: oneLine(result.Actual) + blocking(blocks), Type: string(result.Level), Text: evidence(result)}
			break
		}
		item.Skipped = &junitSkipped{fmt.Sprintf("%s: failed, does not gate: %s", result.Level, oneLine(result.Actual))}
		item.SystemOut = &junitText{evidence(result)}
	case Errored:
		item.Error = &junitVerdict{Message: oneLine(result.Reason), Type: string(result.Fault), Text: evidence(result)}
	case KnownFailure:
		item.Skipped = &junitSkipped{skipMessage(result)}
		item.SystemOut = &junitText{evidence(result)}
	case Blocked, NotObserved, Excluded:
		item.Skipped = &junitSkipped{skipMessage(result)}
	}
	return item
}

// blocking says how many requirements a failure keeps from being checked.
func blocking(n int) string {
	if n == 0 {
		return ""
	}
	return " (blocks " + plural(n, "requirement") + ")"
}

func skipMessage(result Result) string {
	message := string(result.Outcome)
	if result.Reason != "" {
		message += ": " + oneLine(result.Reason)
	}
	if result.Unlock != "" {
		message += " (unlock with " + result.Unlock + ")"
	}
	return message
}

// evidence returns what a reader needs to judge a verdict without the target
// at hand.
func evidence(result Result) string {
	var text strings.Builder
	line := func(label, value string) {
		if value != "" {
			fmt.Fprintf(&text, "%-11s %s\n", label+":", value)
		}
	}
	text.WriteString("\n")
	line("obligation", result.Title)
	line("reason", result.Reason)
	line("expected", result.Expected)
	line("actual", result.Actual)
	line("source", result.Source)
	line("seen in", strings.Join(result.SeenIn, ", "))
	for _, exchange := range result.Exchanges {
		line("exchange", exchange.Curl)
		line("answer", exchange.Response.summary())
	}
	return strings.Map(xmlRune, text.String())
}

// summary returns status and body, or what the transport reported.
func (r Response) summary() string {
	if r.Error != "" {
		return r.Error
	}
	return strings.TrimSpace(fmt.Sprintf("%d %s", r.Status, r.Body))
}

// xmlRune replaces what the Char production of XML 1.0 (section 2.2) leaves
// out. In attributes encoding/xml does the same, in CDATA it doesn't.
func xmlRune(r rune) rune {
	switch {
	case r == '\t', r == '\n', r == '\r',
		r >= 0x20 && r <= 0xd7ff, r >= 0xe000 && r <= 0xfffd, r >= 0x10000:
		return r
	}
	return utf8.RuneError
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

func junitSeconds(milliseconds int64) string {
	return fmt.Sprintf("%.3f", float64(milliseconds)/1000)
}
