package client

import (
	"slices"
	"strings"

	"github.com/pdsconform/pdsconform/reports"
)

// Variant is a legal but unusual way of the server.
type Variant struct{ Name, Description string }

// variantAuthority is who asks for it that a client bears a variant; of one
// that is not here it is the protocol's specification, at the level should.
func variantAuthority(name string) (reports.Level, string) {
	switch name {
	case "key-order", "white-space", "escapes":
		return reports.Must, rfcJSON
	case "media-type":
		return reports.Must, rfcMediaType
	case "chunked", "closing":
		return reports.Must, rfcMessage
	case "extra-fields":
		return reports.Should, specLexicon
	case "tokens", "no-grace":
		return reports.Should, specAuth
	case "statuses", "no-content":
		return reports.Should, specStatuses
	case "messages", "codes":
		return reports.Should, specErrors
	case "headers":
		return reports.Should, "https://www.rfc-editor.org/rfc/rfc9110#section-5.1"
	case "rate-limits", "html-limits":
		return reports.Should, specStatuses
	case "did-docs":
		return reports.Should, document("getSession", "/output/schema/properties/didDoc")
	case "bound-service-tokens":
		return reports.Should, document("getServiceAuth", "/parameters/properties/lxm")
	}
	return reports.Should, specLexicon
}

// toleranceRequirements are one for each variant: all that a client can do at
// the plain server it can do at such a one.
func toleranceRequirements(variants []Variant) []requirement {
	var all []requirement
	for _, variant := range visible(variants) {
		level, source := variantAuthority(variant.Name)
		title := "A server may do this, and the client works with it: " + strings.TrimSuffix(variant.Description, ".") + "."
		all = append(all, obligation(level, reports.XRPC, "tolerance."+variant.Name, title, "", source, variantScenario(variant.Name)).
			onWire().by((*seen).bears))
	}
	tolerance := func(id, title, method, source string) requirement {
		title = "A server may do this, and the client works with it: " + title
		return obligation(reports.Should, reports.XRPC, "tolerance."+id, title, method, source, variantScenario(id)).by((*seen).bears)
	}
	return append(all,
		tolerance("empty-object", "success of a method without output has an empty object for a body.", "", specLexicon),
		tolerance("unknown-status", "an account is not active for a reason that no document lists.", "getSession",
			document("getSession", "/output/schema/properties/status/knownValues")).dependsOn("getSession#output.status"),
		tolerance("no-status", "an account is not active, and no reason is told.", "getSession",
			document("getSession", "/output/schema/properties/status")).dependsOn("getSession#output.status"))
}

// bears asks that every call of a scenario comes to a value, but for what fails
// at the plain server as well; a client that sends nothing shows nothing. Where a client leaves refreshes to its caller,
// what comes after the expiry says nothing.
func (s *seen) bears() verdict {
	if len(s.calls) == 0 {
		return s.missing("")
	}
	v := unseen("nothing was called that the client offers")
	for _, c := range s.calls {
		switch {
		case c.label == "expired" && s.refreshesNever():
			return v
		case c.NotOffered:
		case c.failed() && s.failsAnyway(c.name):
			if v.outcome != reports.Passed {
				v = unseen("%s fails at the plain server too", c.name)
			}
		case c.failed():
			return failed(c.name+" works as at the plain server", c.told(), s.during(c)...)
		case c.name == "open" || v.outcome == reports.Passed:
		case len(s.during(c)) > 0:
			v = passed()
		default:
			v = unseen("%s sends nothing to the server", c.name)
		}
	}
	return v
}

// refreshesNever reports whether the call after an expiry fails at the plain
// server.
func (s *seen) refreshesNever() bool {
	expired := s.all["expired"]
	if expired == nil {
		return false
	}
	c, found := expired.call("expired")
	return !found || c.failed()
}

// visible leaves out the variants that no client of the protocol's calls can
// see, and those that are scenarios anyway.
func visible(variants []Variant) []Variant {
	return slices.DeleteFunc(slices.Clone(variants), func(v Variant) bool {
		return slices.Contains([]string{"http2", "slow-deletion", "no-password-policy", "invites-required", "invites-open", "short-labels", "strict-addresses",
			"same-second-tokens", "access-ends", "old-tokens", "other-refusals", "imports-ignored", "signed-links"}, v.Name)
	})
}
