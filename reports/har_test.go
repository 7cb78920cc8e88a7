package reports

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/har"
)

// TestHAR reads the archive with the types by which a browser describes one.
func TestHAR(t *testing.T) {
	t.Parallel()
	content := sample()
	content.Results[3].Exchanges[0].Request.URL += "?a=b%20c&d&e=%73"
	var text strings.Builder
	if err := EncodeHAR(&text, New(content)); err != nil {
		t.Fatal(err)
	}
	var archive har.HAR
	if err := json.Unmarshal([]byte(text.String()), &archive); err != nil {
		t.Fatal(err)
	}
	log := archive.Log
	if log.Version != "1.2" || log.Creator.Name != ToolName || len(log.Pages) != 2 || len(log.Entries) != 3 {
		t.Fatalf("version %s, by %s, %d pages, %d entries", log.Version, log.Creator.Name, len(log.Pages), len(log.Entries))
	}
	pages := map[string]bool{}
	for _, page := range log.Pages {
		pages[page.ID] = true
	}
	last := time.Time{}
	for _, entry := range log.Entries {
		at, err := time.Parse(time.RFC3339, entry.StartedDateTime)
		if err != nil || at.Before(last) || !pages[entry.Pageref] {
			t.Errorf("entry at %s of page %s: %v", entry.StartedDateTime, entry.Pageref, err)
		}
		last = at
	}
	query := log.Entries[0].Request.QueryString
	if len(query) != 3 || query[0].Value != "b%20c" || query[1].Name != "d" || query[2].Value != "%73" {
		t.Errorf("query %+v, want it as it was sent", query)
	}
	if entry := log.Entries[1]; entry.Request.PostData == nil || entry.Request.PostData.MimeType != "application/json" || entry.Response.Status != 500 {
		t.Errorf("entry %+v", entry)
	}
	for _, member := range []string{`"cookies"`, `"headersSize"`, `"redirectURL"`, `"cache"`, `"timings"`, `"pageTimings"`} {
		if !strings.Contains(text.String(), member) {
			t.Errorf("the archive lacks %s, which the format asks for", member)
		}
	}
}

func TestHARHasAnExchangeOnce(t *testing.T) {
	t.Parallel()
	report := large(20, 5)
	for i := range report.Results {
		report.Results[i].Exchanges = report.Results[0].Exchanges
	}
	entries := harEntries(report)
	if len(entries) != 1 || !strings.HasSuffix(entries[0].Comment, " and 15 more") {
		t.Errorf("%d entries, %+v", len(entries), entries)
	}
}

func TestBadge(t *testing.T) {
	t.Parallel()
	for code, want := range map[ExitCode]string{
		ExitConforms: "does not conform: 1 gating requirement failed", ExitFails: "does not conform: 1 gating requirement failed",
		ExitNothingChecked: "nothing was checked: the selection is empty, or everything in it was blocked",
		ExitSuiteFault:     "a fault in the suite itself", ExitUnreachable: "the target could not be reached, or stopped answering",
		ExitInterrupted: "interrupted", ExitCode(99): "unknown exit code",
	} {
		report := New(sample())
		report.Run.Revision = "2023-04 <&>"
		report.Summary.ExitCode = code
		var drawing, endpoint strings.Builder
		if err := errors.Join(EncodeBadge(&drawing, report), EncodeBadgeEndpoint(&endpoint, report)); err != nil {
			t.Fatal(err)
		}
		var badge struct {
			SchemaVersion         int
			Label, Message, Color string
		}
		if err := json.Unmarshal([]byte(endpoint.String()), &badge); err != nil || badge.SchemaVersion != 1 || badge.Message != want {
			t.Errorf("exit code %d: %+v, %v; want %q", code, badge, err, want)
		}
		if !strings.Contains(drawing.String(), ">"+want+"</text>") || !strings.Contains(drawing.String(), badge.Color) {
			t.Errorf("exit code %d: %s", code, drawing.String())
		}
		decoder := xml.NewDecoder(strings.NewReader(drawing.String()))
		for {
			if _, err := decoder.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("exit code %d: %v", code, err)
			}
		}
	}
}
