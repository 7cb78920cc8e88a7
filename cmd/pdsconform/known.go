package main

import (
	"errors"
	"io"
	"io/fs"
	"os"

	"github.com/pdsconform/pdsconform/reports"
)

// readKnownFailures reads the list of a file; no file means none.
func readKnownFailures(path string) ([]reports.ExpectedFailure, error) {
	if path == "" {
		return nil, nil
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, usagef("--known-failures %s: %s", path, withoutPath(err))
	}
	defer file.Close()
	list, err := reports.ReadExpectedFailures(file)
	if err != nil {
		return nil, usagef("--known-failures %s: %s", path, oneLine(err.Error()))
	}
	return list, nil
}

// writeKnownFailures writes what failed in a run.
func writeKnownFailures(path string, report *reports.Report, known []reports.ExpectedFailure) error {
	return reports.WriteFile(path, func(w io.Writer) error {
		return reports.EncodeExpectedFailures(w, report, known)
	})
}

// failedIn returns the requirements that failed or errored in the report of an
// earlier run, and those in whose checks that was seen; none where no report
// is named.
func failedIn(path string) ([]string, error) {
	if path == "" {
		return nil, nil
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, usagef("--rerun-failed %s: %s", path, withoutPath(err))
	}
	defer file.Close()
	report, err := reports.Read(file)
	if err != nil {
		return nil, usagef("--rerun-failed %s: %s", path, oneLine(err.Error()))
	}
	var ids []string
	for _, result := range report.Results {
		if result.Outcome == reports.Failed || result.Outcome == reports.Errored {
			ids = append(append(ids, result.ID), result.SeenIn...)
		}
	}
	if len(ids) == 0 {
		return nil, &exitError{reports.ExitNothingChecked, errors.New("nothing failed or errored in " + path + ": there is nothing to run again")}
	}
	return ids, nil
}

// withoutPath returns what is wrong with a file that is named already.
func withoutPath(err error) error {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		return pathError.Err
	}
	return err
}
