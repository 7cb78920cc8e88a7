package suite

import "github.com/pdsconform/pdsconform/reports"

// List returns the requirements that a run with the same configuration would
// check, by ID. Nothing is sent, and Target may be empty. The error is a
// *UsageError, or a fault of the suite.
func List(config Config) ([]reports.Requirement, error) {
	p, err := newPlan(config)
	if err != nil {
		return nil, err
	}
	var requirements []reports.Requirement
	for _, c := range p.cases {
		if p.selected[c.ID] {
			requirements = append(requirements, c.Requirement.Requirement)
		}
	}
	return requirements, nil
}
