package main

import (
	"cmp"
	"errors"
	"slices"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite"
)

// listSince prints the requirements of the selection that an earlier revision
// hasn't, and those of the earlier one that the selection has no more.
func (a *app) listSince(selected settings, since string, write func([]reports.Requirement) error) error {
	if selected.revision == revisionAuto && len(selected.lexicons) == 0 {
		selected.revision = lexicons.Revisions()[len(lexicons.Revisions())-1]
	}
	config, err := selected.selection()
	if err != nil {
		return err
	}
	now, err := a.listSuite(config)
	if err != nil {
		return err
	}
	if config.Catalog, err = lexicons.LoadRevision(since); err != nil {
		return usagef("--since: %s", err)
	}
	config.Revision = since
	before, err := a.listSuite(config)
	if unknown := new(suite.UsageError); errors.As(err, &unknown) {
		before, err = nil, nil // the earlier revision has no such endpoint, or no such ID
	}
	if err != nil {
		return err
	}
	differing := append(without(now, before), without(before, now)...)
	slices.SortFunc(differing, func(a, b reports.Requirement) int { return cmp.Compare(a.ID, b.ID) })
	return printList(differing, write)
}

// without returns the requirements whose IDs others don't have.
func without(requirements, others []reports.Requirement) []reports.Requirement {
	known := map[string]bool{}
	for _, other := range others {
		known[other.ID] = true
	}
	var left []reports.Requirement
	for _, requirement := range requirements {
		if !known[requirement.ID] {
			left = append(left, requirement)
		}
	}
	return left
}
