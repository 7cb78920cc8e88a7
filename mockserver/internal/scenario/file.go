package scenario

import (
	"encoding/json"
	"fmt"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/mockserver/internal/faults"
	"github.com/pdsconform/pdsconform/mockserver/internal/listfile"
)

// Read reads a file of scenarios: in YAML or JSON, one mapping whose only key is
// scenarios and which holds a list of them, with the names that the control
// protocol has. It is held against the documents that the server will have. The
// error begins with the name of the file and says which key is wrong.
func Read(name string, text []byte, catalog *lexicons.Catalog) ([]Scenario, error) {
	listed, err := listfile.Entries(text, "scenarios", "{method: getSession, status: 502}")
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	known := faults.NewCatalogue(catalog)
	scenarios := make([]Scenario, len(listed))
	for i, one := range listed {
		err := json.Unmarshal(one, &scenarios[i])
		if err == nil {
			_, err = scenarios[i].check(catalog, known)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: scenarios[%d]: %w", name, i, err)
		}
	}
	return scenarios, nil
}
