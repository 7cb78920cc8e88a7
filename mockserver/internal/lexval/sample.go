package lexval

import (
	"strings"

	"github.com/pdsconform/pdsconform/lexicons"
)

// Sample returns the plainest value that a schema describes: optional members
// are absent, lists have one element. It is well-formed where bounds, enums
// and constants leave the plainest value.
func Sample(schema lexicons.Schema) any { return sample(schema, 0) }

// deepest is where schemas that contain themselves are given up.
const deepest = 8

func sample(schema lexicons.Schema, depth int) any {
	switch s := lexicons.Deref(schema).(type) {
	case *lexicons.Boolean:
		return s.Const != nil && *s.Const
	case *lexicons.Integer:
		return sampleInteger(s)
	case *lexicons.String:
		return sampleString(s)
	case *lexicons.Array:
		if depth > deepest {
			return []any{}
		}
		return []any{sample(s.Items, depth+1)}
	case *lexicons.Object:
		members := Object{}
		for _, property := range s.Properties {
			if s.Requires(property.Name) && depth <= deepest {
				members = append(members, Member{property.Name, sample(property.Schema, depth+1)})
			}
		}
		return members
	}
	return Object{}
}

func sampleInteger(s *lexicons.Integer) any {
	switch {
	case s.Const != nil:
		return *s.Const
	case len(s.Enum) > 0:
		return s.Enum[0]
	case s.Minimum != nil:
		return *s.Minimum
	}
	return int64(1)
}

func sampleString(s *lexicons.String) any {
	switch {
	case s.Const != nil:
		return *s.Const
	case len(s.Enum) > 0:
		return s.Enum[0]
	case s.Format != "":
		return formatSamples()[s.Format]
	case s.MinLength != nil:
		return strings.Repeat("x", *s.MinLength)
	}
	return "sample"
}

// formatSamples has a well-formed string of each format.
func formatSamples() map[string]string {
	const did = "did:plc:sample2sample2sample2sam"
	return map[string]string{
		lexicons.FormatATIdentifier: did,
		lexicons.FormatATURI:        "at://" + did,
		lexicons.FormatCID:          "bafyreidfayvfuwqa7qlnopdjiqrxzs6blmoeu4rujcjtnci5beludirz2a",
		lexicons.FormatDatetime:     "2023-04-18T12:00:00.000Z",
		lexicons.FormatDID:          did,
		lexicons.FormatHandle:       "sample.test",
		lexicons.FormatLanguage:     "en",
		lexicons.FormatNSID:         "com.example.sample",
		lexicons.FormatRecordKey:    "sample",
		lexicons.FormatTID:          "3jzfcijpj2z2a",
		lexicons.FormatURI:          "https://example.com/",
	}
}
