package headers

import (
	"strings"
	"testing"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	for _, test := range [][3]string{
		{"Retry-After", "3", ""},
		{"x!#$%&'*+-.^_`|~9", "any\ttext, even ümlauts", ""},
		{"", "1", "no name"},
		{"Retry After", "1", "no name"},
		{"Retry-After:", "1", "no name"},
		{"Ümlaut", "1", "no name"},
		{"X", "1\r\nY: 2", "the value of X"},
		{"X", "\x7f", "the value of X"},
		{"content-length", "1", "server's to set"},
	} {
		err := Check(map[string]string{test[0]: test[1]})
		if (err == nil) != (test[2] == "") || err != nil && (!strings.HasPrefix(err.Error(), "headers: ") || !strings.Contains(err.Error(), test[2])) {
			t.Errorf("%q: %q: %v, want %q", test[0], test[1], err, test[2])
		}
	}
}
