package derive

import (
	"encoding/json"
	"testing"
)

func TestDisputedDatetime(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"2023-04-18T20:41:07.312Z":      true, // not disputed at all
		"2023-04-18t20:41:07z":          false,
		"2023-04-18 20:41:07Z":          false,
		"2023-04-18T20:41:07,312Z":      true,
		"2016-12-31T23:59:60Z":          true,
		"2023-04-18T20:41:07+0200":      true,
		"2023-04-18T20:41:07-02":        false,
		"2023-04-18T20:41:07-00:00":     false,
		"2023-04-18T20:41:07.312":       true,
		"2023-02-30T20:41:07Z":          false,
		"2023-04-18T25:41:07Z":          false,
		"2023-04-18":                    false,
		"yesterday":                     false,
		"":                              false,
		"1681850467":                    false,
		"Tue, 18 Apr 2023 20:41:07 GMT": false,
	} {
		if got := disputedDatetime(text); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
	if disputedDatetime(nil) || disputedDatetime(json.Number("1")) {
		t.Error("what is no text is no datetime")
	}
}

func TestValueAt(t *testing.T) {
	t.Parallel()
	var value any
	if err := json.Unmarshal([]byte(`{"a/b":[{"c~d":"x"}]}`), &value); err != nil {
		t.Fatal(err)
	}
	if got := valueAt(value, "/a~1b/0/c~0d"); got != any("x") {
		t.Errorf("got %v, want x", got)
	}
	for _, pointer := range []string{"/a~1b/1/c", "/a~1b/x", "/none/0", "/a~1b/0/c~0d/deeper"} {
		if got := valueAt(value, pointer); got != nil {
			t.Errorf("%s: got %v, want nothing", pointer, got)
		}
	}
}
