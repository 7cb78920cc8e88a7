// Package headers says which headers an answer can be given.
package headers

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// Check refuses a header that no answer can have, and one that is the server's
// to set. The error begins with "headers: ".
func Check(headers map[string]string) error {
	for name, value := range headers {
		switch {
		case name == "" || strings.ContainsFunc(name, notOfToken):
			return fmt.Errorf("headers: %q is no name of a header", name)
		case strings.ContainsFunc(value, control):
			return fmt.Errorf("headers: the value of %s has characters that no header can have", name)
		case slices.Contains([]string{"Connection", "Content-Length", "Trailer", "Transfer-Encoding", "Upgrade"}, http.CanonicalHeaderKey(name)):
			return fmt.Errorf("headers: %s is the server's to set", name)
		}
	}
	return nil
}

// Source: RFC 9110, section 5.6.2
func notOfToken(r rune) bool {
	return r <= ' ' || r > '~' || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r)
}

// Source: RFC 9110, section 5.5
func control(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }
