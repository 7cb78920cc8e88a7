package xrpc

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/pdsconform/pdsconform/reports"
)

// What evidence keeps of a message, in bytes: of a body, of a header's value, and
// of all headers.
const (
	maxRecorded        = 4 << 10
	maxRecordedHeader  = 1 << 10
	maxRecordedHeaders = 8 << 10
)

// Record turns an exchange into evidence for a report. Secrets are replaced
// here, so that nothing that writes evidence ever sees one.
func (s *Secrets) Record(base string, exchange Exchange) reports.Exchange {
	request := exchange.Request
	recorded := reports.Exchange{
		Request: reports.Request{
			Method:  request.Verb,
			URL:     s.Replace(base + request.Path()),
			Headers: s.headers(sentHeaders(request), 0),
			Body:    s.body(request.Body(), 0),
		},
		Response: reports.Response{
			Status:     exchange.Status,
			Headers:    s.headers(exchange.Header, exchange.headersLeftOut),
			Body:       s.body(exchange.Body, exchange.leftOut),
			DurationMs: exchange.Duration.Milliseconds(),
		},
	}
	if exchange.Err != nil {
		recorded.Response.Error = s.Replace(exchange.Err.Error())
	}
	recorded.Curl = curl(recorded.Request)
	return recorded
}

func sentHeaders(request Request) http.Header {
	headers := request.Header.Clone()
	if headers == nil {
		headers = http.Header{}
	}
	if request.Body() != nil && request.ContentType != "" {
		headers.Set("Content-Type", request.ContentType)
	}
	if request.Authorization != "" {
		headers.Set("Authorization", request.Authorization)
	}
	return headers
}

// headers shortens a long value, and leaves out headers that are too many,
// besides those that were before.
func (s *Secrets) headers(headers http.Header, leftOut int) map[string][]string {
	recorded := make(map[string][]string, min(len(headers), maxKeptHeader))
	size := 0
	for _, name := range sortedNames(headers) {
		for _, value := range headers[name] {
			shown := s.header(name, value)
			if size += len(name) + len(shown); size > maxRecordedHeaders {
				leftOut++
				continue
			}
			recorded[name] = append(recorded[name], shown)
		}
	}
	if leftOut > 0 {
		recorded["…"] = []string{fmt.Sprintf("%d more values of headers", leftOut)}
	}
	return recorded
}

func (s *Secrets) header(name, value string) string {
	shown := s.Replace(value)
	if name == "Authorization" {
		shown = maskCredential(shown)
	}
	if len(shown) > maxRecordedHeader {
		shown = fmt.Sprintf("%s… (%d bytes in all)", beginning(shown, maxRecordedHeader), len(value))
	}
	return shown
}

func sortedNames(headers http.Header) []string { return slices.Sorted(maps.Keys(headers)) }

// maskCredential hides a credential that is too short to be looked for.
func maskCredential(value string) string {
	scheme, credential, found := strings.Cut(value, " ")
	if !found || strings.HasPrefix(value, "[") || strings.HasPrefix(credential, "[") {
		return value
	}
	return scheme + " " + placeholder("credential")
}

// body replaces secrets by member name where the body is JSON, then by value,
// and shortens what is too long to show.
func (s *Secrets) body(body []byte, leftOut int) string {
	if len(body) == 0 {
		return ""
	}
	text := s.Replace(string(s.maskMembers(body)))
	if !utf8.ValidString(text) {
		text = fmt.Sprintf("%q", text)
	}
	if len(text) > maxRecorded {
		text = fmt.Sprintf("%s… (%d bytes in all)", beginning(text, maxRecorded), len(body)+leftOut)
	}
	return text
}

// beginning is so many bytes of a longer text, or a few less: no letter is cut.
func beginning(text string, bytes int) string {
	for !utf8.RuneStart(text[bytes]) {
		bytes--
	}
	return text[:bytes]
}

// brokenMember finds a secret member where the text around it is no JSON, as
// in an answer that broke off.
var brokenMember = regexp.MustCompile(`"(` + strings.Join(slices.Sorted(maps.Keys(secretMembers)), "|") + `)"\s*:\s*"(?:[^"\\]|\\.)*"?`)

// maskMembers replaces the values of secret members at any depth. The body
// keeps its own spelling where it holds none, and text after the JSON value
// stays what it is, but for escapes that hide a secret.
func (s *Secrets) maskMembers(body []byte) []byte {
	hides := s.hides(body)
	if !hides && !mentionsSecret(body) {
		return body
	}
	var masked bytes.Buffer
	encoder := json.NewEncoder(&masked)
	encoder.SetEscapeHTML(false)
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	for {
		rest := body[decoder.InputOffset():]
		var decoded any
		if err := decoder.Decode(&decoded); err != nil {
			if hides {
				rest = unescaped(rest)
			}
			masked.Write(maskBroken(rest))
			return bytes.TrimSpace(masked.Bytes())
		}
		if encoder.Encode(mask(decoded)) != nil {
			return maskBroken(body)
		}
	}
}

func mentionsSecret(body []byte) bool {
	for name := range secretMembers {
		if bytes.Contains(body, []byte(`"`+name+`"`)) {
			return true
		}
	}
	return false
}

func maskBroken(body []byte) []byte {
	return brokenMember.ReplaceAllFunc(body, func(member []byte) []byte {
		name := string(brokenMember.FindSubmatch(member)[1])
		return fmt.Appendf(nil, "%q:%q", name, placeholder(secretMembers[name]))
	})
}

func mask(decoded any) any {
	switch value := decoded.(type) {
	case map[string]any:
		for name, member := range value {
			if text, ok := member.(string); ok && secretMembers[name] != "" && text != "" {
				value[name] = placeholder(secretMembers[name])
			} else {
				value[name] = mask(member)
			}
		}
	case []any:
		for i := range value {
			value[i] = mask(value[i])
		}
	}
	return decoded
}

// curl words a recorded request as a command line of curl.
func curl(request reports.Request) string {
	words := []string{"curl", "-i"}
	if request.Method != http.MethodGet || request.Body != "" { // with a body, curl says POST of itself
		words = append(words, "-X", request.Method)
	}
	names := make([]string, 0, len(request.Headers))
	for name := range request.Headers {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		for _, value := range request.Headers[name] {
			words = append(words, "-H", quote(curlHeader(name, value)))
		}
	}
	if request.Body != "" {
		if len(request.Headers["Content-Type"]) == 0 {
			words = append(words, "-H", quote("Content-Type:")) // or curl adds its own
		}
		words = append(words, "--data-raw", quote(request.Body)) // takes "@" as it is
	}
	return strings.Join(append(words, quote(request.URL)), " ")
}

// curlHeader words a header for curl, which takes one that ends in a colon as
// to be left out.
func curlHeader(name, value string) string {
	if value == "" {
		return name + ";"
	}
	return name + ": " + value
}

// quote makes one word of a POSIX shell.
func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }
