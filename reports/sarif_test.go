package reports

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"
)

func renderSARIF(t *testing.T, report *Report, options Options) *sarif.Report {
	t.Helper()
	var text strings.Builder
	if err := EncodeSARIF(&text, report, options); err != nil {
		t.Fatal(err)
	}
	document, err := sarif.FromString(text.String())
	if err != nil {
		t.Fatal(err)
	}
	// The schema is that of the standard, which the library carries.
	if err := document.Validate(); err != nil {
		t.Errorf("against the schema: %v", err)
	}
	return document
}

func TestSARIF(t *testing.T) {
	t.Parallel()
	documents := fstest.MapFS{"com/atproto/server/createSession.json": {Data: []byte("{\n\"defs\": {\n\"main\": {\n}\n}\n}\n")}}
	run := renderSARIF(t, New(sample()), Options{Documents: documents}).Runs[0]
	type result struct {
		level, uri        string
		first, last       int
		suppressed        bool
		fingerprint, rule string
	}
	got := map[string]result{}
	for _, item := range run.Results {
		place := item.Locations[0].PhysicalLocation
		got[*item.RuleID] = result{
			item.Level, *place.ArtifactLocation.URI, *place.Region.StartLine, *place.Region.EndLine,
			len(item.Suppressions) > 0, item.PartialFingerprints["requirement/v1"],
			*run.Tool.Driver.Rules[item.RuleIndex].ID,
		}
	}
	if base, there := run.OriginalUriBaseIds[originID]; !there || *base.URI != origin {
		t.Errorf("the paths are relative to %v", run.OriginalUriBaseIds)
	}
	const success, unknown, output = "server.createSession.success.status", "server.createSession.input.unknown", "server.describeServer.output"
	want := map[string]result{
		success: {"error", "com/atproto/server/createSession.json", 3, 4, false, success, success},
		unknown: {"warning", "com/atproto/server/createSession.json", 3, 4, false, unknown, unknown},
		output:  {"warning", "com/atproto/server/describeServer.json", 1, 1, true, output, output},
	}
	if len(got) != len(want) {
		t.Errorf("%d results, want %d", len(got), len(want))
	}
	for id := range want {
		if got[id] != want[id] {
			t.Errorf("%s: %+v, want %+v", id, got[id], want[id])
		}
	}
	if notes := run.Invocations[0].ToolExecutionNotifications; len(notes) != 1 || !strings.Contains(*notes[0].Message.Text, "connection reset") {
		t.Errorf("notifications: %v", notes)
	}
}

// TestSARIFPlaces holds locations to being relative paths, since readers
// refuse a whole document for one on another host.
func TestSARIFPlaces(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		"https://atproto.com/specs/xrpc#error-responses": "com/atproto/server/createSession.json",
		"com/atproto/server/defs.json#/defs/inviteCode":  "com/atproto/server/defs.json",
		"../../../etc/passwd.json#/x":                    "com/atproto/server/createSession.json",
		"":                                               "com/atproto/server/createSession.json",
	} {
		result := sample().Results[0]
		result.Source = source
		location := sarifLocation(result, newLibrary(nil))
		artifact := location.PhysicalLocation.ArtifactLocation
		if got := *artifact.URI; got != want {
			t.Errorf("%s: %s, want %s", source, got, want)
		}
		if base := artifact.URIBaseID; base == nil || *base != originID {
			t.Errorf("%s: a path of this machine", source)
		}
	}
	result := sample().Results[0]
	result.Endpoint, result.Source = "xrpc", "https://atproto.com/specs/xrpc"
	if got := *sarifLocation(result, newLibrary(nil)).PhysicalLocation.ArtifactLocation.URI; got != "report.json" {
		t.Errorf("the protocol itself: %s", got)
	}
	renderSARIF(t, large(100, 10), Options{})
	renderSARIF(t, New(Content{}), Options{})
}

// TestSourcesHaveURLs leads readers to the text that asks for a requirement.
func TestSourcesHaveURLs(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		"com/atproto/server/createSession.json#/defs/main": "https://github.com/bluesky-social/atproto/blob/main/lexicons/com/atproto/server/createSession.json",
		"https://atproto.com/specs/xrpc#error-responses":   "https://atproto.com/specs/xrpc#error-responses",
		"org/example/made/up.json#/defs/main":              "",
		"behaviour of a server":                            "",
	} {
		if got := sourceURL(source); got != want {
			t.Errorf("%s: %q, want %q", source, got, want)
		}
	}
}
