package reports

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// JSONSchema is the JSON Schema (draft 2020-12) of the document. It describes
// exactly what this version writes.
//
//go:embed report.schema.json
var JSONSchema string

// EncodeJSON writes the document. The same results give the same bytes, but
// for times and the run's ID.
func EncodeJSON(w io.Writer, report *Report) error {
	var compact, text bytes.Buffer
	encoder := json.NewEncoder(&compact)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(report)
	if err == nil {
		text.Grow(2 * compact.Len()) // an encoder that indents by itself grows, and copies, many times
		err = json.Indent(&text, compact.Bytes(), "", "  ")
	}
	if err == nil {
		_, err = text.WriteTo(w)
	}
	if err != nil {
		return fmt.Errorf("encode report as json: %w", err)
	}
	return nil
}

// Read reads a document that EncodeJSON wrote. It refuses documents of
// another kind or version, and words outside the closed vocabularies.
func Read(r io.Reader) (*Report, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("read report: %w", err)
	}
	if err := checkSchema(data); err != nil {
		return nil, fmt.Errorf("read report: %w", err)
	}
	report := new(Report)
	var wrong *json.UnmarshalTypeError
	if err := json.Unmarshal(data, report); errors.As(err, &wrong) && wrong.Field != "" {
		return nil, fmt.Errorf("read report: %s can't be a %s: give a report.json as a run wrote it", wrong.Field, wrong.Value)
	} else if err != nil {
		return nil, fmt.Errorf("read report: %w", err)
	}
	return report, nil
}

func checkSchema(data []byte) error {
	if len(bytes.TrimSpace(data)) == 0 {
		return errors.New("the document is empty")
	}
	var head struct {
		Schema string `json:"schema"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return fmt.Errorf("not a json document of schema %s: %w", Schema, err)
	}
	family, _, _ := strings.Cut(Schema, "/")
	switch {
	case head.Schema == Schema:
		return nil
	case head.Schema == "":
		return fmt.Errorf("the document names no schema, expected %s", Schema)
	case strings.HasPrefix(head.Schema, family+"/"):
		return fmt.Errorf("unknown version %s, this program reads %s", head.Schema, Schema)
	}
	return fmt.Errorf("schema %q is no report of a run, expected %s", head.Schema, Schema)
}
