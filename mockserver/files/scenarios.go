package files

import (
	"encoding/json"
	"fmt"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/mockserver"
	"github.com/pdsconform/pdsconform/mockserver/internal/faults"
	"github.com/pdsconform/pdsconform/mockserver/internal/scenario"
)

// scenarioTexts are the texts of a scenario.
func scenarioTexts() texts {
	return texts{
		"method": nil, "account": nil, "error": nil, "message": nil, "body": nil, "drop": nil, "defect": nil,
		"headers": {"*": nil},
	}
}

// ReadScenarios reads a file of scenarios for the options of a mock: in YAML or
// JSON, one mapping whose only key is scenarios and which holds a list of them,
// with the names that the control protocol has. It is held against the documents
// that the mock will have; nil stands for the embedded ones. The error begins with
// the name of the file and says which key is wrong.
func ReadScenarios(name string, text []byte, catalog *lexicons.Catalog) (scenarios []mockserver.Scenario, err error) {
	if catalog == nil {
		if catalog, err = lexicons.LoadRevision(lexicons.DefaultRevision); err != nil {
			return nil, err
		}
	}
	listed, err := entries(text, "scenarios", scenarioTexts(), "{method: getSession, status: 502}")
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	known := faults.NewCatalogue(catalog)
	scenarios = make([]mockserver.Scenario, len(listed))
	for i, one := range listed {
		err := json.Unmarshal(one, &scenarios[i])
		if err == nil {
			err = scenario.Check(scenarios[i], catalog, known)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: scenarios[%d]: %w", name, i, err)
		}
	}
	return scenarios, nil
}
