package mockserver_test

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"

	"github.com/pdsconform/pdsconform/mockserver"
)

// TestCredentialDefects sends the one header by which each defect can be
// noticed, to a right server and to one that has it.
func TestCredentialDefects(t *testing.T) {
	t.Parallel()
	for _, d := range mockserver.Defects(nil) {
		if d.Facet != "credentials" {
			continue
		}
		t.Run(d.ID, func(t *testing.T) {
			t.Parallel()
			method := strings.TrimPrefix(d.Method, "com.atproto.server.")
			name := d.ID[strings.LastIndexByte(d.ID, '.')+1:]
			answered := func(s *fixture) answer {
				r := s.valid(method)
				headers := s.unusualAuthorization(name, r.authorization)
				r.authorization = ""
				return s.make(r, headers...)
			}
			right, wrong := answered(newFixture(t)), answered(newFixture(t).have(t, d.ID))
			if right.status >= http.StatusInternalServerError || right.shape() == wrong.shape() {
				t.Errorf("a right server answers %s, and one with the defect %s", right.shape(), wrong.shape())
			}
			if strings.HasSuffix(name, "-server-error") && wrong.status != http.StatusInternalServerError {
				t.Errorf("answer is %s, want 500", wrong.shape())
			}
		})
	}
}

// unusualAuthorization returns names and values of headers.
func (s *fixture) unusualAuthorization(name, right string) []string {
	const header = "Authorization"
	scheme, token, _ := strings.Cut(right, " ")
	switch strings.TrimSuffix(name, "-server-error") {
	case "scheme-alone":
		return []string{header, scheme}
	case "long":
		return []string{header, scheme + " " + strings.Repeat("a", 5000)}
	case "not-ascii":
		return []string{header, scheme + " \xff"}
	case "not-base64":
		return []string{header, "Basic %"}
	case "no-colon":
		return []string{header, "Basic " + base64.StdEncoding.EncodeToString([]byte("admin"))}
	case "bearer-taken":
		return []string{header, bearer("admin-pass")}
	case "scheme-case-refused":
		return []string{header, strings.ToLower(scheme) + " " + token}
	case "password-case-ignored":
		return []string{header, basic("admin:ADMIN-pass")}
	case "password-padding-ignored":
		return []string{header, basic("admin:admin-pass ")}
	case "password-ends-at-nul":
		return []string{header, basic("admin:admin-pass\x00x")}
	case "password-head-alone":
		return []string{header, basic("admin:admin-pa")}
	case "password-tail-alone":
		return []string{header, basic("admin:min-pass")}
	case "signature-case-ignored":
		return []string{header, bearer(signatureOf(token, func(text string) string {
			if lower := strings.ToLower(text); lower != text {
				return lower
			}
			return strings.ToUpper(text)
		}))}
	case "signature-tail-unchecked":
		return []string{header, bearer(signatureOf(token, func(text string) string { return text[:len(text)-4] + "AAAA" }))}
	case "two-spaces":
		return []string{header, scheme + "  " + token}
	case "two-headers":
		return []string{header, right, header, right}
	case "claims":
		return []string{header, bearer("a.e30.b")}
	case "scheme-unchecked":
		return []string{header, token}
	case "algorithm-trusted":
		_, rest, _ := strings.Cut(token, ".")
		return []string{header, bearer(base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"RS256"}`)) + "." + rest)}
	case "called-expired":
		return []string{header, bearer("garbage")}
	}
	s.Fatalf("nothing known of %s", name)
	return nil
}

// signatureOf changes the last part of a token.
func signatureOf(token string, change func(string) string) string {
	at := strings.LastIndexByte(token, '.') + 1
	return token[:at] + change(token[at:])
}
