package reports

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"
)

// EncodeSARIF writes the failures as SARIF 2.1.0, each at the place of the
// lexicon document that it goes against.
//
// SARIF is read for what is wrong: a known failure is there and suppressed, a
// check without a verdict is a notification, and what passed or was not covered
// is counted in the properties of the run. A requirement that no document asks
// for stands at the first line of its method's document, and its rule names the
// text that does.
func EncodeSARIF(w io.Writer, report *Report, options Options) error {
	run := sarif.NewRun().WithTool(sarif.NewTool().WithDriver(sarifDriver(report)))
	run.WithColumnKind("unicodeCodePoints")
	run.WithOriginalUriBaseIds(map[string]sarif.ArtifactLocation{originID: *sarif.NewSimpleArtifactLocation(origin)})
	run.WithAutomationDetails(sarif.NewRunAutomationDetails().WithID(report.Tool.Name + "/" + report.Run.Revision + "/"))
	run.WithProperties(sarifProperties(map[string]any{
		"target": report.Target.URL, "revision": report.Run.Revision, "summary": report.Summary.Counts, "verdict": report.Verdict().String(),
		"profiles": report.Summary.Profiles,
	}))
	books := newLibrary(options.Documents)
	invocation := sarif.NewInvocation().
		WithExecutionSuccessful(!report.Run.Interrupted).
		WithExitCode(int(report.Summary.ExitCode)).
		WithStartTimeUtc(report.Run.StartedAt.UTC().Format(time.RFC3339))
	for _, result := range report.Results {
		switch result.Outcome {
		case Failed, KnownFailure:
			addSARIFResult(run, result, report.Run.Strict, books)
		case Errored:
			invocation.AddToolExecutionNotification(sarif.NewNotification().
				WithLevel("error").
				WithMessage(sarif.NewTextMessage(result.ID + ": " + result.Reason)))
		case Passed, Blocked, NotObserved, Excluded:
		}
	}
	run.AddInvocation(invocation)
	document := sarif.NewReport()
	document.AddRun(run)
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(document); err != nil {
		return fmt.Errorf("encode report as sarif: %w", err)
	}
	return nil
}

func sarifDriver(report *Report) *sarif.ToolComponent {
	driver := sarif.NewToolComponent().WithName(report.Tool.Name)
	if report.Tool.Version != "" {
		driver.WithVersion(report.Tool.Version)
	}
	return driver
}

func addSARIFResult(run *sarif.Run, result Result, strict bool, books *library) {
	level := "warning"
	if result.Level == Must || strict && result.Level == Should {
		level = "error"
	}
	rule := run.AddRule(result.ID).WithDescription(result.Title)
	rule.WithName(result.ID)
	rule.WithDefaultConfiguration(sarif.NewReportingConfiguration().WithLevel(level))
	rule.WithProperties(sarifProperties(map[string]any{
		"level": result.Level, "authority": result.Authority, "source": result.Source,
	}, shortName(result.Endpoint), string(result.Facet()), string(result.Level)))
	if url := sourceURL(result.Source); url != "" {
		rule.WithHelpURI(url)
	}
	item := run.CreateResultForRule(result.ID).
		WithLevel(level).
		WithMessage(sarif.NewTextMessage(fmt.Sprintf("%s Expected %s; got %s.", result.Title, result.Expected, result.Actual))).
		WithPartialFingerprints(map[string]string{"requirement/v1": result.ID})
	item.AddLocation(sarifLocation(result, books))
	if result.Outcome == KnownFailure {
		item.AddSuppression(sarif.NewSuppression().WithKind("external").WithJustification(result.Reason))
	}
}

// origin is where the documents of the protocol's own authorities are kept.
const (
	origin   = "https://github.com/bluesky-social/atproto/blob/main/lexicons/"
	originID = "LEXICONS" // of the folder that locations are relative to
)

// sourceURL is where a reader finds a source who has no copy of it: a URL, or a
// document of the protocol under its origin. It is empty for others' documents.
func sourceURL(source string) string {
	if strings.HasPrefix(source, "https://") {
		return source
	}
	name, _, ok := splitPointer(source)
	if !ok || !hasOrigin(name) {
		return ""
	}
	return origin + name
}

// hasOrigin reports whether a document is one of the protocol's own authorities.
func hasOrigin(name string) bool {
	return slices.ContainsFunc([]string{"com/atproto/", "app/bsky/", "chat/bsky/", "tools/ozone/"}, func(authority string) bool {
		return strings.HasPrefix(name, authority)
	})
}

// sarifLocation returns where a result stands: in a document under the URL of its
// origin, since a reader seldom has a copy. That URL is the base to which the path
// is relative, as some readers of SARIF refuse locations on other hosts.
func sarifLocation(result Result, books *library) *sarif.Location {
	name, at := books.find(result.Source)
	if name == "" {
		name = "report.json"
		if strings.Contains(result.Endpoint, ".") {
			name = strings.ReplaceAll(result.Endpoint, ".", "/") + ".json"
		}
	}
	if at.first == 0 {
		at = place{1, 1}
	}
	artifact := sarif.NewSimpleArtifactLocation(name)
	if hasOrigin(name) {
		artifact.WithURIBaseID(originID)
	}
	return sarif.NewLocation().
		WithPhysicalLocation(sarif.NewPhysicalLocation().
			WithArtifactLocation(artifact).
			WithRegion(sarif.NewSimpleRegion(at.first, at.last))).
		WithLogicalLocations([]*sarif.LogicalLocation{
			sarif.NewLogicalLocation().WithFullyQualifiedName(result.Endpoint).WithKind("function"),
		})
}

func sarifProperties(values map[string]any, tags ...string) *sarif.PropertyBag {
	bag := sarif.NewPropertyBag()
	bag.Properties = values
	bag.Tags = tags
	return bag
}
