package suite

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/onsi/ginkgo/v2/types"
	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/behaviour"
	"github.com/pdsconform/pdsconform/suite/internal/derive"
	"github.com/pdsconform/pdsconform/suite/internal/plc"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// plan is what a run is about to do, before anything is sent.
type plan struct {
	config   Config
	secrets  *xrpc.Secrets
	events   sync.Mutex  // they are told one at a time
	cases    []spec.Case // all of them, by ID
	recipes  map[string]spec.Recipe
	selected map[string]bool

	elsewhere map[string]string // selected cases that are another shard's, by ID
	costs     map[string]int    // of units, in requests; nil until the run is divided
}

// newPlan builds all cases and selects among them. Errors are *UsageError, but
// for faults of the suite.
func newPlan(config Config) (*plan, error) {
	if config.Catalog == nil {
		catalog, err := lexicons.LoadRevision(cmp.Or(config.Revision, lexicons.DefaultRevision))
		if err != nil {
			return nil, &UsageError{err.Error()}
		}
		config.Catalog, config.Revision = catalog, cmp.Or(config.Revision, lexicons.DefaultRevision)
	}
	if err := CheckPLC(config.PLC); err != nil {
		return nil, err
	}
	if config.Timeout <= 0 {
		config.Timeout = DefaultTimeout
	}
	recipes := recipesFor(config.Catalog)
	p := &plan{config: config, secrets: xrpc.NewSecrets(), recipes: recipes, cases: allCases(config.Catalog, recipes),
		selected: map[string]bool{}, elsewhere: map[string]string{}}
	if err := spec.Validate(p.cases); err != nil {
		return nil, err
	}
	slices.SortFunc(p.cases, func(a, b spec.Case) int { return cmp.Compare(a.ID, b.ID) })
	if err := date(p.cases); err != nil {
		return nil, err
	}
	if err := p.selectCases(); err != nil {
		return nil, err
	}
	p.chooseShard()
	return p, nil
}

// CheckPLC reports a *UsageError where a URL can't be that of a PLC directory to
// write to: the public one is refused by name. Empty is none, and right.
func CheckPLC(url string) error {
	if url == "" {
		return nil
	}
	if err := plc.Check(url); err != nil {
		return &UsageError{"--plc: " + err.Error()}
	}
	return nil
}

// recipesFor returns the hand-written recipes, and ones made of the document
// alone for methods without.
func recipesFor(catalog *lexicons.Catalog) map[string]spec.Recipe {
	recipes := behaviour.Recipes()
	for _, method := range catalog.Methods() {
		if _, ok := recipes[method.NSID]; !ok {
			recipes[method.NSID] = derive.Recipe(method)
		}
	}
	return recipes
}

// allCases joins what the documents say with what was written by hand for the
// methods among them.
func allCases(catalog *lexicons.Catalog, recipes map[string]spec.Recipe) []spec.Case {
	return append(derive.Cases(catalog, recipes, behaviour.Rulings(catalog)), behaviour.Cases(catalog)...)
}

// checkTarget refuses a URL that no request can be sent to.
func checkTarget(flag, target string) error {
	parsed, err := url.Parse(target)
	switch {
	case err != nil:
		return &UsageError{fmt.Sprintf("%s: %q is no URL", flag, target)}
	case parsed.Scheme != "http" && parsed.Scheme != "https", parsed.Host == "":
		return &UsageError{fmt.Sprintf("%s: %q must begin with http:// or https:// and name a host", flag, target)}
	case parsed.User != nil:
		return &UsageError{flag + ": the URL must not hold a user name or password"}
	case parsed.RawQuery != "", parsed.Fragment != "":
		return &UsageError{fmt.Sprintf("%s: %q must be a base URL, without query and fragment", flag, target)}
	}
	return nil
}

func (p *plan) selectCases() error {
	endpoints, err := p.endpoints()
	if err != nil {
		return err
	}
	if err := p.checkProfiles(); err != nil {
		return err
	}
	exact := map[string]bool{}
	for _, id := range p.config.IDs {
		exact[id] = true
	}
	for flag, patterns := range map[string][]string{"--only": p.config.Only, "--skip": p.config.Skip} {
		if err := p.checkPatterns(flag, patterns); err != nil {
			return err
		}
	}
	matches, err := types.ParseLabelFilter(p.config.LabelFilter)
	if err != nil {
		return &UsageError{fmt.Sprintf("--label-filter: %q is no label filter of Ginkgo", p.config.LabelFilter)}
	}
	for _, c := range p.cases {
		p.selected[c.ID] = (len(endpoints) == 0 || endpoints[c.Endpoint]) &&
			(len(p.config.Profiles) == 0 || slices.Contains(p.config.Profiles, reports.ProfileOf(c.ID))) &&
			(len(exact) == 0 || exact[c.ID]) &&
			(len(p.config.Only) == 0 || matchesAny(c.ID, p.config.Only)) &&
			!matchesAny(c.ID, p.config.Skip) && matches(labels(c))
	}
	return nil
}

// labels are the words by which a case is chosen.
func labels(c spec.Case) []string {
	return []string{c.ID, c.Endpoint, lastSegment(c.Endpoint), string(c.Level), string(c.Origin), string(c.Authority)}
}

func lastSegment(nsid string) string { return nsid[strings.LastIndex(nsid, ".")+1:] }

func (p *plan) endpoints() (map[string]bool, error) {
	chosen := map[string]bool{}
	for _, name := range p.config.Endpoints {
		found := false
		for _, method := range p.config.Catalog.Methods() {
			if method.NSID == name || lastSegment(method.NSID) == name {
				chosen[method.NSID], found = true, true
			}
		}
		if !found {
			var names []string
			for _, method := range p.config.Catalog.Methods() {
				names = append(names, lastSegment(method.NSID))
			}
			return nil, &UsageError{fmt.Sprintf("--endpoint: there is no method %q%s", name, suggestion(name, names))}
		}
	}
	return chosen, nil
}

// checkProfiles refuses a profile that there isn't, and one that this revision
// has no requirement of.
func (p *plan) checkProfiles() error {
	for _, name := range p.config.Profiles {
		switch {
		case !slices.Contains(reports.Profiles(), name):
			return &UsageError{fmt.Sprintf("--profile: there is no profile %q%s: give %s", name, proposal(name, reports.Profiles()),
				strings.Join(reports.Profiles(), ", "))}
		case !slices.ContainsFunc(p.cases, func(c spec.Case) bool { return reports.ProfileOf(c.ID) == name }):
			return &UsageError{fmt.Sprintf("--profile: revision %s has no requirement of profile %q: give another --revision", p.config.Revision, name)}
		}
	}
	return nil
}

func (p *plan) checkPatterns(flag string, patterns []string) error {
	for _, pattern := range patterns {
		if slices.ContainsFunc(p.cases, func(c spec.Case) bool { return matchesAny(c.ID, []string{pattern}) }) {
			continue
		}
		ids := make([]string, len(p.cases))
		for i, c := range p.cases {
			ids[i] = c.ID
		}
		return &UsageError{fmt.Sprintf("%s: there is no requirement %q%s", flag, pattern, suggestion(pattern, ids))}
	}
	return nil
}

// matchesAny reports whether an ID is one of the patterns or lies below one.
func matchesAny(id string, patterns []string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool { return reports.Below(id, pattern) })
}
