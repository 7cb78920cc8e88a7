package reports

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
)

// Format is one way to write a report.
type Format struct {
	Name   string // as given on the command line
	File   string // the name of the file in the output folder
	Encode func(io.Writer, *Report) error
}

// Formats returns every format that reports can be written in.
func Formats() []Format {
	return []Format{
		{Name: "json", File: "report.json", Encode: EncodeJSON},
		{Name: "junit", File: "junit.xml", Encode: EncodeJUnit},
		{Name: "html", File: "report.html", Encode: plainly(EncodeHTML)},
		{Name: "md", File: "report.md", Encode: EncodeMarkdown},
		{Name: "sarif", File: "report.sarif", Encode: plainly(EncodeSARIF)},
		{Name: "badge", File: "badge.svg", Encode: EncodeBadge},
		{Name: "badge-json", File: "badge.json", Encode: EncodeBadgeEndpoint},
		{Name: "har", File: "evidence.har", Encode: EncodeHAR},
	}
}

// FormatNamed returns the format with that name from a list of them.
func FormatNamed(formats []Format, name string) (Format, bool) {
	i := slices.IndexFunc(formats, func(format Format) bool { return format.Name == name })
	if i < 0 {
		return Format{}, false
	}
	return formats[i], true
}

// Write writes the report into folder, made where it is missing, in each of
// the formats, and returns the paths written: all of them or, with an error that
// names every file that could not be written, none. Where one can't be, what was
// in the folder before stays, since files of two runs side by side would be
// taken for one.
func Write(folder string, formats []Format, report *Report) ([]string, error) {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, fmt.Errorf("make report folder: %w", err)
	}
	var paths []string
	var encoders []func(io.Writer) error
	for _, format := range formats {
		paths = append(paths, filepath.Join(folder, format.File))
		encoders = append(encoders, func(w io.Writer) error { return format.Encode(w, report) })
	}
	if err := writeSet(paths, encoders); err != nil {
		return nil, err
	}
	return paths, nil
}

// WriteFile replaces the file at path by what encode writes, in one step: a
// reader sees the old file or the new one, also when the process or the
// machine stops in between.
func WriteFile(path string, encode func(io.Writer) error) error {
	return writeSet([]string{path}, []func(io.Writer) error{encode})
}

// fill leaves file closed, and on disk where it returns nil.
func fill(file *os.File, encode func(io.Writer) error) error {
	buffer := bufio.NewWriter(file)
	err := encode(buffer)
	if err == nil {
		err = buffer.Flush()
	}
	if err == nil {
		err = file.Chmod(0o644)
	}
	if err == nil {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}
