package reports

import (
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"strings"
	"unicode"
)

// badge is a verdict in a few words.
type badge struct {
	Label, Message, Colour string
}

// badgeColours has a colour for each tone; green is for Good alone.
var badgeColours = map[Tone]string{
	Good: "#1a7f4b", Partial: "#0b6e99", Qualified: "#a55a09", Bad: "#c22a2f", Open: "#5f6973",
}

// newBadge says the verdict in its own words, and what it is limited to.
func newBadge(report *Report) badge {
	end := report.Verdict()
	label := append([]string{report.Tool.Name, report.Run.Revision}, report.Run.Profiles...)
	return badge{Label: strings.Join(label, " "), Message: end.Words, Colour: badgeColours[end.Tone]}
}

// badgeTemplate draws two boxes with text in them. textLength makes a text as
// wide as it was taken to be, whatever font is at hand.
const badgeTemplate = `<svg xmlns="http://www.w3.org/2000/svg" width="{{.Width}}" height="20" role="img" aria-label="{{.Label}}: {{.Message}}">
<title>{{.Label}}: {{.Message}}</title>
<clipPath id="r"><rect width="{{.Width}}" height="20" rx="4"/></clipPath>
<g clip-path="url(#r)"><rect width="{{.Left}}" height="20" fill="#3b4249"/><rect x="{{.Left}}" width="{{.Right}}" height="20" fill="{{.Colour}}"/></g>
<g fill="#fff" font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="11" text-anchor="middle">
<text x="{{.LeftAt}}" y="14" textLength="{{.LeftText}}">{{.Label}}</text>
<text x="{{.RightAt}}" y="14" textLength="{{.RightText}}">{{.Message}}</text>
</g>
</svg>
`

// EncodeBadge writes the verdict as a small SVG image, for a README.
func EncodeBadge(w io.Writer, report *Report) error {
	const margin = 6
	mark := newBadge(report)
	left, right := textWidth(mark.Label), textWidth(mark.Message)
	drawing, err := template.New("badge").Parse(badgeTemplate)
	if err != nil {
		return fmt.Errorf("encode report as badge: %w", err)
	}
	err = drawing.Execute(w, map[string]any{
		"Label": mark.Label, "Message": mark.Message, "Colour": mark.Colour,
		"LeftText": left, "RightText": right,
		"Left": left + 2*margin, "Right": right + 2*margin, "Width": left + right + 4*margin,
		"LeftAt": margin + left/2, "RightAt": left + 3*margin + right/2,
	})
	if err != nil {
		return fmt.Errorf("encode report as badge: %w", err)
	}
	return nil
}

// textWidth estimates the width of a text in pixels, at eleven to the em of a
// wide sans-serif.
func textWidth(text string) int {
	width := 0.0
	for _, r := range text {
		switch {
		case r == ' ' || r == '.' || r == ',' || r == '-' || r == 'i' || r == 'l' || r == 'f' || r == 't' || r == 'r':
			width += 4.4
		case r == 'm' || r == 'w' || unicode.IsUpper(r):
			width += 9
		default:
			width += 6.9
		}
	}
	return int(width + 0.5)
}

// EncodeBadgeEndpoint writes the verdict in the form that badge services fetch
// to draw a badge themselves.
//
// Source: https://shields.io/badges/endpoint-badge
func EncodeBadgeEndpoint(w io.Writer, report *Report) error {
	mark := newBadge(report)
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(struct {
		SchemaVersion int    `json:"schemaVersion"`
		Label         string `json:"label"`
		Message       string `json:"message"`
		Color         string `json:"color"`
	}{1, mark.Label, mark.Message, mark.Colour})
	if err != nil {
		return fmt.Errorf("encode report as badge endpoint: %w", err)
	}
	return nil
}
