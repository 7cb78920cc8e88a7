package behaviour

import "testing"

func TestGuessable(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		codes []string
		wrong bool
	}{
		"two groups":              {[]string{"AB2CD-EFGH3", "ZZ2CD-EFGH3", "QQ7AA-MMMM2"}, false},
		"six digits":              {[]string{"493021", "100233", "883201"}, false},
		"zeros left out":          {[]string{"4930", "100233", "21"}, false},
		"near by chance":          {[]string{"493021", "493030", "883201"}, false},
		"no numbers at all":       {[]string{"a_b~cdefghij", "c_d~efghijkl", "e_f~ghijklmn"}, false},
		"four digits":             {[]string{"4930", "1002", "8832"}, true},
		"three letters":           {[]string{"abc", "xyz", "qrs"}, true},
		"counted":                 {[]string{"100001", "100002", "100003"}, true},
		"counted in steps":        {[]string{"100001", "100018", "100035"}, true},
		"counted in two groups":   {[]string{"AAAAA-AAAAB", "AAAAA-AAAAC", "AAAAA-AAAAD"}, true},
		"counted behind a prefix": {[]string{"reset-0001-aaaa", "reset-0001-aaab", "reset-0001-aaac"}, true},
		"one for all":             {[]string{"AB2CD-EFGH3", "ab2cd-efgh3", "AB2CD-EFGH3"}, true},
	} {
		if problem := guessable(test.codes); (problem != "") != test.wrong {
			t.Errorf("%s: %q", name, problem)
		}
	}
}
