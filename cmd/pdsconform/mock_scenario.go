package main

import (
	"errors"
	"os"

	"github.com/spf13/pflag"

	"github.com/pdsconform/pdsconform/mockserver"
	"github.com/pdsconform/pdsconform/mockserver/files"
)

// scenarioFiles is a flag that names files of scenarios, and reads each when it
// is given.
type scenarioFiles struct{ read *[]mockserver.Scenario }

// bindScenarios adds the flag.
func bindScenarios(flags *pflag.FlagSet, into *[]mockserver.Scenario) {
	flags.Var(scenarioFiles{into}, "scenario", "`FILE` of scenarios in YAML or JSON: what goes wrong for which requests (repeatable)")
}

// Set reads a file, and adds what it holds to that of the files before.
func (f scenarioFiles) Set(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return errors.New(path + ": " + withoutPath(err).Error())
	}
	scenarios, err := files.ReadScenarios(path, text, nil)
	*f.read = append(*f.read, scenarios...)
	return err
}

// String is the default, of which there is none.
func (scenarioFiles) String() string { return "" }

// Type is the word for the value where a text doesn't say another.
func (scenarioFiles) Type() string { return "FILE" }
