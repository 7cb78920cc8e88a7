package reports

import (
	"io"
	"io/fs"
)

// Options says what a writer may show besides the report itself.
type Options struct {
	// Documents holds the lexicon documents of the report's revision, under
	// the names by which sources call them
	// (com/atproto/server/createSession.json). Where it is nil, or lacks a
	// document, a source is named and its lines are not shown.
	Documents fs.FS
}

// FormatsWith returns every format, with those that can show lines of lexicon
// documents showing those of the options.
func FormatsWith(options Options) []Format {
	with := map[string]func(io.Writer, *Report, Options) error{
		"html":  EncodeHTML,
		"sarif": EncodeSARIF,
	}
	formats := Formats()
	for i, format := range formats {
		if encode, ok := with[format.Name]; ok {
			formats[i].Encode = func(w io.Writer, report *Report) error { return encode(w, report, options) }
		}
	}
	return formats
}

// plainly makes an encoder of one that takes options, without any.
func plainly(encode func(io.Writer, *Report, Options) error) func(io.Writer, *Report) error {
	return func(w io.Writer, report *Report) error { return encode(w, report, Options{}) }
}
