package scenario

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/mockserver/internal/faults"
	"github.com/pdsconform/pdsconform/mockserver/internal/headers"
	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/nearest"
	"github.com/pdsconform/pdsconform/mockserver/internal/pds"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// resolveHandle is served besides the methods of the documents.
const resolveHandle = "com.atproto.identity.resolveHandle"

// Check returns what is wrong with a scenario, beginning with the field, where a
// server has these documents and defects.
func Check(c Scenario, catalog *lexicons.Catalog, known *faults.Catalogue) error {
	_, err := c.check(catalog, known)
	return err
}

// health is no method: only a scenario that names it happens to it.
const health = "_health"

// check returns the NSID of the scenario's method, or an error that begins
// with the name of the field that is no good. known are the defects of the
// documents.
func (c Scenario) check(catalog *lexicons.Catalog, known *faults.Catalogue) (method string, err error) {
	if method, err = methodOf(c.Method, catalog); err != nil {
		return "", err
	}
	if err := cmp.Or(c.checkRequests(), c.checkAnswer(), headers.Check(c.Headers), c.checkCombination()); err != nil {
		return "", err
	}
	return c.checkDefect(method, known)
}

// methodOf finds the NSID that a name stands for.
func methodOf(name string, catalog *lexicons.Catalog) (string, error) {
	if name == "" || name == health {
		return name, nil
	}
	short := []string{pds.ShortName(resolveHandle), health}
	for _, document := range catalog.Documents() {
		if catalog.Method(document.ID) != nil {
			short = append(short, pds.ShortName(document.ID))
		}
		if document.ID == name || pds.ShortName(document.ID) == name {
			return document.ID, nil
		}
	}
	if name == resolveHandle || resolveHandle == pds.Prefix+name {
		return resolveHandle, nil
	}
	known := slices.Contains(short, name[strings.LastIndexByte(name, '.')+1:]) // of another family, as in com.atproto.getSession
	if lexval.IsNSID(name) && !strings.HasPrefix(name, pds.Prefix) && !known {
		return name, nil // answers, a fallback or further documents may answer it
	}
	return "", fmt.Errorf("method: %q is no method of this server%s", name, nearest.Hint(pds.ShortName(name), short))
}

func (c Scenario) checkRequests() error {
	switch {
	case c.Account != "" && !lexval.IsHandle(c.Account) && !lexval.IsDID(c.Account) && !pds.IsAddress(c.Account):
		return fmt.Errorf("account: %q is neither a handle nor a did nor an e-mail address", c.Account)
	case c.Skip < 0:
		return fmt.Errorf("skip: %d is below 0", c.Skip)
	case c.Times < 0:
		return fmt.Errorf("times: %d is below 0; 0 is for all requests", c.Times)
	case c.Delay < 0 || c.Delay > pds.MaxLatency:
		return fmt.Errorf("delay: %s is not between 0 and %s", c.Delay, pds.MaxLatency)
	}
	return nil
}

func (c Scenario) checkAnswer() error {
	switch {
	case c.Status != 0 && (c.Status < 300 || c.Status > 599):
		return fmt.Errorf("status: %d is not between 300 and 599", c.Status)
	case c.Message != "" && c.Status == 0 && c.Error == "":
		return errors.New("message: there is no error that it could be of, give status or error as well")
	case c.CarryOut && c.Status == 0 && c.Error == "":
		return errors.New("carryOut: only a request with status or error would not be carried out without it")
	case c.Body != "" && corruptions()[c.Body] == nil:
		return fmt.Errorf("body: %q is none of %s", c.Body, listed(Bodies()))
	case c.Drop != "" && drops()[c.Drop] == xrpc.DropNever:
		return fmt.Errorf("drop: %q is none of %s", c.Drop, listed(Drops()))
	}
	return nil
}

// checkCombination refuses what would never be seen.
func (c Scenario) checkCombination() error {
	answers := c.Status != 0 || c.Error != ""
	unseen := c.Drop == DropAtOnce || c.Drop == DropBeforeAnswer
	switch {
	case c.Delay == 0 && !answers && len(c.Headers) == 0 && c.Body == "" && c.Drop == "" && c.Defect == "":
		return errors.New("nothing would happen: give one of delay, status, error, headers, body, drop and defect")
	case unseen && (answers || c.Body != "" || len(c.Headers) > 0):
		return fmt.Errorf("drop: %s sends no answer that status, error, headers or body could be seen in", c.Drop)
	case c.Defect != "" && (c.Drop == DropAtOnce || answers && !c.CarryOut):
		return errors.New("defect: the request would not be carried out, and nothing of the defect be seen")
	}
	return nil
}

// checkDefect returns the scenario's method, which its defect may know better.
func (c Scenario) checkDefect(method string, known *faults.Catalogue) (string, error) {
	if c.Defect == "" {
		return method, nil
	}
	of, err := known.Method(c.Defect)
	switch {
	case errors.Is(err, faults.ErrManyRequests):
		return "", fmt.Errorf("defect: %s is not one of a single request, and can only be activated for all requests", c.Defect)
	case err != nil:
		return "", fmt.Errorf("defect: %w", err)
	case of != "" && method != "" && of != method:
		return "", fmt.Errorf("defect: %s is one of %s, and method says %s", c.Defect, pds.ShortName(of), pds.ShortName(method))
	}
	return cmp.Or(method, of), nil
}

// faultsOf makes what the defect of a scenario comes to, nil where it has none.
func (s *Set) faultsOf(c Scenario) (map[string]*xrpc.Faults, error) {
	if c.Defect == "" {
		return nil, nil
	}
	made, err := s.faults.Prepare(c.Defect)
	if err != nil {
		return nil, fmt.Errorf("defect: %w", err)
	}
	return made, nil
}

func listed(words []string) string { return strings.Join(words, ", ") }
