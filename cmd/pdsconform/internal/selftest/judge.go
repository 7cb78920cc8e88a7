package selftest

import (
	"slices"
	"strings"

	"github.com/pdsconform/pdsconform/mockserver"
	"github.com/pdsconform/pdsconform/reports"
)

// shows says at which requirements a generated defect must show: by its facet
// and the last word of its ID, as the parts of an ID after the method. The
// asterisk stands for what the defect is about.
var shows = map[string][]string{
	"output missing":       {"output.*.required"},
	"output wrong-type":    {"output.*.type"},
	"output ill-formed":    {"output.*.format"},
	"output out-of-bounds": {"output.*.bounds"},
	"output media-type":    {"output.media-type"},
	"output absent":        {"output.type", "output.media-type"},
	"output malformed":     {"output.type"},
	"output unexpected":    {"output"},

	"errors wrong-name":   {"error.*"},
	"errors generic-name": {"error.*", "handle.taken.named"},
	"errors wrong-status": {"error.*"},
	"errors success":      {"error.*"},
	"errors html":         {"error.media-type", "error.envelope", "method.refusal-envelope"},
	"errors nameless":     {"error.envelope", "method.refusal-envelope"},

	"input absence-unchecked":         {"input.*.required", "params.*.required"},
	"input type-unchecked":            {"input.*.type", "params.*.type"},
	"input format-unchecked":          {"input.*.format", "params.*.format"},
	"input minimum-unchecked":         {"input.*.minimum", "params.*.minimum"},
	"input maximum-unchecked":         {"input.*.maximum", "params.*.maximum"},
	"input min-length-unchecked":      {"input.*.min-length", "params.*.min-length"},
	"input max-length-unchecked":      {"input.*.max-length", "params.*.max-length"},
	"input min-graphemes-unchecked":   {"input.*.min-graphemes", "params.*.min-graphemes"},
	"input max-graphemes-unchecked":   {"input.*.max-graphemes", "params.*.max-graphemes"},
	"input const-unchecked":           {"input.*.const", "params.*.const"},
	"input enum-unchecked":            {"input.*.enum", "params.*.enum"},
	"input closed-unchecked":          {"input.*.closed"},
	"input malformed-accepted":        {"input.body.malformed", "input.body.trailing"},
	"input media-type-unchecked":      {"input.body.media-type"},
	"input extra-refused":             {"input.unknown-property"},
	"input unknown-parameter-refused": {"params.unknown"},
	"input server-error":              {"http.no-server-error", "method", "input.none"},
	"input connection-dropped":        {"http.answered", "method"},
	"input demanded":                  {"input.*.optional", "input.*.default", "params.*.default", "success"},

	"input absence-server-error":           {"input.*.default"},
	"input type-server-error":              {"params.*.type", "http.no-server-error"},
	"input doubled-server-error":           {"params.*.doubled"},
	"input escape-server-error":            {"params.malformed-escape"},
	"input unknown-parameter-server-error": {"params.unknown", "http.no-server-error"},

	"method any-verb":   {"method"},
	"method not-served": {"success"},

	"auth not-needed":   {"auth.missing"},
	"auth forged":       {"auth.forged-signature", "auth.forged-subject", "auth.unsigned", "auth.garbage", "auth.wrong-password"},
	"auth wrong-kind":   {"auth.access-token", "auth.refresh-token", "auth.user-token"},
	"auth expired":      {"auth.expired"},
	"auth server-error": {"auth", "http.no-server-error"},

	"credentials scheme-alone-server-error": {"auth.scheme-alone"},
	"credentials long-server-error":         {"auth.long"},
	"credentials not-ascii-server-error":    {"auth.not-ascii", "auth.not-utf8"},
	"credentials not-base64-server-error":   {"auth.not-base64"},
	"credentials no-colon-server-error":     {"auth.no-colon"},
	"credentials bearer-taken":              {"auth.admin-bearer"},
	"credentials password-case-ignored":     {"auth.password-case"},
	"credentials password-padding-ignored":  {"auth.password-padded"},
	"credentials password-ends-at-nul":      {"auth.password-nul"},
	"credentials password-head-alone":       {"auth.password-prefix", "auth.password-longer"},
	"credentials password-tail-alone":       {"auth.password-end"},
	"credentials two-spaces-server-error":   {"auth.two-spaces"},
	"credentials two-headers-server-error":  {"auth.two-headers"},
	"credentials claims-server-error":       {"auth.no-claims", "auth.claims-ill-typed", "auth.claims-no-object"},
	"credentials scheme-unchecked":          {"auth.scheme-missing", "auth.scheme-unknown", "auth.scheme-dpop"},
	"credentials algorithm-trusted":         {"auth.other-algorithm"},
	"credentials signature-case-ignored":    {"auth.forged-case"},
	"credentials signature-tail-unchecked":  {"auth.forged-tail"},
	"credentials scheme-case-refused":       {"auth.scheme-case"},
	"credentials called-expired":            {"auth.not-called-expired"},

	"transport accept-refused":       {"headers.accept"},
	"transport origin-refused":       {"headers.origin"},
	"transport content-type-refused": {"headers.content-type"},
	"transport compression-refused":  {"headers.accept-encoding"},
	"transport chunks-refused":       {"input.body.chunked"},

	"output datetime-blank":       {"output.*.format"},
	"output datetime-small":       {"output.*.format"},
	"output datetime-hours-alone": {"output.*.format"},
	"output datetime-minus-zero":  {"output.*.format"},
	"output datetime-date-alone":  {"output.*.format"},
	"output empty-null":           {"output.*.type", "output.*.empty"},

	"concurrency two-at-once-server-error": {"concurrency.twice"},
	"isolation parameter-trusted":          {"isolation.parameters"},

	"behaviour app-password-session-accepted": {"app-password.refused"},
	"behaviour takedown-ignored":              {"takedown.refused"},
	"behaviour deactivation-ignored":          {"deactivation.refused"},
	"behaviour deletion-ignored":              {"deletion.refused"},

	"codes of-reset-accepted":        {"code.of-reset"},
	"codes of-deletion-accepted":     {"code.of-deletion"},
	"codes of-confirmation-accepted": {"code.of-confirmation"},
	"codes of-update-accepted":       {"code.of-update"},
	"codes beginning-accepted":       {"code.beginning"},
	"codes mail-with-other-codes":    {"mail.discloses-nothing"},
	"codes mail-with-other-address":  {"mail.discloses-nothing"},
	"codes mail-with-hash":           {"mail.discloses-nothing"},
	"codes mail-with-digest":         {"mail.without-digest"},
	"codes code-in-header":           {"code.hidden"},

	"powers privileged-session-accepted": {"privileged-app-password.refused"},
	"powers takendown-session-accepted":  {"allow-takendown.refused"},
	"powers deactivated-refused":         {"deactivation"},

	"isolation input-trusted": {"isolation.input"},

	"transport parameters-refused": {"headers.parameters"},

	"text unusual-server-error":  {"input.*.text"},
	"text overflow-server-error": {"input.*.number"},
	"text notation-server-error": {"input.*.number"},
	"text cleaned":               {"input.*.text.echoed"},
}

// Places returns the IDs and dotted prefixes of requirements at which a defect
// must show. Nothing: nobody has said where.
func Places(defect mockserver.Defect) []string {
	if written := effects()[defect.ID]; len(written) > 0 {
		return written
	}
	facet, rest, _ := strings.Cut(defect.ID, ".")
	rest = strings.TrimPrefix(rest, strings.TrimPrefix(defect.Method, "com.atproto.server.")+".")
	about, kind := "", rest
	if last := strings.LastIndexByte(rest, '.'); last >= 0 {
		about, kind = rest[:last], rest[last+1:]
	}
	var places []string
	for _, place := range shows[facet+" "+kind] {
		places = append(places, strings.TrimPrefix(defect.Method, "com.atproto.")+"."+strings.Replace(place, "*", inRequirement(about), 1))
	}
	return places
}

// inRequirement turns the path of a value as the mock writes it into that of
// the suite.
func inRequirement(path string) string {
	parts := strings.Split(path, ".")
	for i, part := range parts {
		if part == "item" {
			parts[i] = "items"
		}
	}
	return strings.Join(parts, ".")
}

// Judge parts the failures that are the defect from those that only follow
// from it. The defect is noticed where one failed at a place where it must show.
func Judge(defect mockserver.Defect, failed []Failure) (by, wrong []string) {
	by, wrong = []string{}, []string{}
	places := Places(defect)
	for _, failure := range failed {
		if slices.ContainsFunc(places, func(place string) bool { return reports.Below(failure.ID, place) }) {
			by = append(by, failure.ID)
		} else {
			wrong = append(wrong, failure.ID)
		}
	}
	return by, wrong
}
