package example

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/bluesky-social/indigo/atproto/syntax"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/mockserver/internal/dag"
	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
)

// single makes a value that contains no others.
func (m *maker) single(schema lexicons.Schema, name string) (any, bool) {
	switch s := schema.(type) {
	case *lexicons.Boolean:
		return m.boolean(s), true
	case *lexicons.Integer:
		return m.integer(s), true
	case *lexicons.String:
		return m.text(s, name)
	case *lexicons.Bytes:
		return lexval.Object{{Name: "$bytes", Value: m.bytes(s)}}, true
	case *lexicons.CIDLink:
		return m.link(), true
	case *lexicons.Blob:
		return m.blob(s), true
	case *lexicons.Token:
		return lexval.TypeName(s), true
	}
	return lexval.Object{}, true // unknown, or a document that is not at hand
}

// boolean is false where the schema leaves it open: the plain case of most.
func (m *maker) boolean(s *lexicons.Boolean) bool {
	if s.Const != nil {
		return *s.Const
	}
	return s.Default != nil && *s.Default
}

// span is how far apart integers are that have no bounds.
const span = 1000

func (m *maker) integer(s *lexicons.Integer) int64 {
	switch {
	case s.Const != nil:
		return *s.Const
	case len(s.Enum) > 0:
		return s.Enum[0]
	case s.Default != nil:
		return *s.Default
	}
	least := int64(0)
	switch {
	case s.Minimum != nil:
		least = *s.Minimum
	case s.Maximum != nil:
		least = min(least, *s.Maximum)
	}
	most := int64(math.MaxInt64)
	if least < math.MaxInt64-span {
		most = least + span
	}
	if s.Maximum != nil {
		most = min(most, *s.Maximum)
	}
	return least + int64(m.number()%uint64(most-least+1))
}

// text makes a string; false where none was found that fits.
func (m *maker) text(s *lexicons.String, name string) (any, bool) {
	validator, err := lexval.NewCompiler().Compile(s)
	if err != nil {
		return nil, false
	}
	for _, candidate := range m.candidates(s, name) {
		if validator.Check(candidate) == nil {
			return candidate, true
		}
	}
	return nil, false
}

// candidates are texts that may fit, the best first.
func (m *maker) candidates(s *lexicons.String, name string) []string {
	switch {
	case s.Const != nil:
		return []string{*s.Const}
	case len(s.Enum) > 0:
		return s.Enum
	}
	var all []string
	if s.Default != nil {
		all = append(all, *s.Default)
	}
	all = append(all, s.KnownValues...)
	if s.Format != "" {
		made := m.formatted(s.Format)
		all = append(all, made, shortest(s.Format))
		if s.MinLength != nil && *s.MinLength > len(made) {
			all = append(all, made+strings.Repeat("x", *s.MinLength-len(made)))
		}
		return all
	}
	long := fmt.Sprintf("%s %04x", name, m.number()&0xffff)
	least := 0
	for _, bound := range []*int{s.MinLength, s.MinGraphemes} {
		if bound != nil {
			least = max(least, *bound)
		}
	}
	if least > len(long) {
		long += strings.Repeat("x", least-len(long))
	}
	for _, bound := range []*int{s.MaxLength, s.MaxGraphemes} {
		if bound != nil && *bound < len(long) {
			long = long[:*bound]
		}
	}
	return append(all, strings.ToValidUTF8(long, ""))
}

// collection is what records of examples are of.
const collection = "app.bsky.feed.post"

// formatted is a well-formed text of a format.
func (m *maker) formatted(format string) string {
	switch format {
	case lexicons.FormatDID, lexicons.FormatATIdentifier:
		return m.DID
	case lexicons.FormatHandle:
		return m.Handle
	case lexicons.FormatATURI:
		return "at://" + m.DID + "/" + collection + "/" + m.tid()
	case lexicons.FormatCID:
		return m.cid()
	case lexicons.FormatDatetime:
		return m.at().Format("2006-01-02T15:04:05.000Z")
	case lexicons.FormatLanguage:
		return "en"
	case lexicons.FormatNSID:
		return collection
	case lexicons.FormatRecordKey, lexicons.FormatTID:
		return m.tid()
	case lexicons.FormatURI:
		return fmt.Sprintf("https://example.com/%08x", m.number()&0xffffffff)
	}
	return ""
}

// shortest is a text of a format where the usual one is too long.
func shortest(format string) string {
	return map[string]string{
		lexicons.FormatDID: "did:a:b", lexicons.FormatATIdentifier: "a.co", lexicons.FormatHandle: "a.co",
		lexicons.FormatATURI: "at://a.co", lexicons.FormatDatetime: "2026-01-01T00:00:00Z", lexicons.FormatNSID: "a.b.c",
		lexicons.FormatRecordKey: "a", lexicons.FormatURI: "a:b",
	}[format]
}

// at is a point of time in the year 2026.
func (m *maker) at() time.Time {
	const seconds = 300 * 24 * 60 * 60
	return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(m.number()%seconds) * time.Second)
}

func (m *maker) tid() string { return syntax.NewTIDFromTime(m.at(), uint(m.number()&0x3ff)).String() }

func (m *maker) cid() string { return dag.CID(binary.BigEndian.AppendUint64(nil, m.number())) }

func (m *maker) link() lexval.Object { return lexval.Object{{Name: "$link", Value: m.cid()}} }

func (m *maker) bytes(s *lexicons.Bytes) string {
	const usual = 8
	length := usual
	if s.MaxLength != nil {
		length = min(length, *s.MaxLength)
	}
	if s.MinLength != nil {
		length = max(length, *s.MinLength)
	}
	raw := make([]byte, length)
	for i := range raw {
		raw[i] = byte(m.number() >> (i % 8 * 8))
	}
	return base64.RawStdEncoding.EncodeToString(raw)
}

func (m *maker) blob(s *lexicons.Blob) lexval.Object {
	media := "application/octet-stream"
	if len(s.Accept) > 0 {
		media = mediaOf(s.Accept[0])
	}
	size := int64(1 + m.number()%span)
	if s.MaxSize != nil {
		size = min(size, int64(*s.MaxSize))
	}
	return lexval.Object{
		{Name: "$type", Value: "blob"}, {Name: "ref", Value: m.link()}, {Name: "mimeType", Value: media}, {Name: "size", Value: size},
	}
}

// mediaOf is a media type that a pattern takes.
func mediaOf(pattern string) string {
	family, _, wild := strings.Cut(pattern, "/*")
	subtype := map[string]string{"image": "png", "video": "mp4", "audio": "mpeg", "text": "plain"}[family]
	switch {
	case !wild:
		return pattern
	case subtype != "":
		return family + "/" + subtype
	case family == "*":
		return "application/octet-stream"
	}
	return family + "/example"
}
