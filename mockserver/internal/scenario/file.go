package scenario

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/mockserver/internal/faults"
)

// Read reads a file of scenarios: in YAML or JSON, one mapping whose only key is
// scenarios and which holds a list of them, with the names that the control
// protocol has. It is held against the documents that the server will have. The
// error begins with the name of the file and says which key is wrong.
func Read(name string, text []byte, catalog *lexicons.Catalog) ([]Scenario, error) {
	listed, err := scenarioList(text)
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

// scenarioList returns the entries of a file as JSON.
func scenarioList(text []byte) ([]json.RawMessage, error) {
	var file any
	if err := yaml.Unmarshal(text, &file); err != nil {
		return nil, errors.New(strings.Join(strings.Fields(yaml.FormatError(err, false, false)), " "))
	}
	mapping, isMapping := file.(map[string]any)
	list, isList := mapping["scenarios"].([]any)
	for key := range mapping {
		if key != "scenarios" {
			return nil, fmt.Errorf("%s is no key of the file, the only one is scenarios", key)
		}
	}
	if !isMapping || !isList {
		return nil, errors.New("scenarios must be a list, as in {scenarios: [{method: getSession, status: 502}]}")
	}
	entries := make([]json.RawMessage, 0, len(list))
	for i, one := range list {
		if _, isMapping := one.(map[string]any); !isMapping {
			return nil, fmt.Errorf("scenarios[%d] must be a mapping, as in {method: getSession, status: 502}", i)
		}
		entry, err := json.Marshal(one)
		if err != nil {
			return nil, fmt.Errorf("scenarios[%d] has keys that are no text", i)
		}
		entries = append(entries, entry)
	}
	return entries, nil
}
