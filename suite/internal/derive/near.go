package derive

import (
	"strings"

	"github.com/pdsconform/pdsconform/reports"
)

// NearPassword is a password that is nearly the right one: what a server takes for
// it that doesn't compare the whole of it as it is. It is asked wherever a password
// is held against another.
type NearPassword struct {
	Name   string // in the IDs of requirements
	Words  string // goes on from "The password "
	Level  reports.Level
	change func(password string) string
}

// NearPasswords are those that some server has taken for the right one.
func NearPasswords() []NearPassword {
	return []NearPassword{
		{"case", "in another letter case", reports.Must, OtherCase},
		{"prefix", "without its last letter", reports.Must, func(password string) string { return password[:max(0, len(password)-1)] }},
		{"end", "without its first letter", reports.Must, func(password string) string { return password[min(1, len(password)):] }},
		{"longer", "with a letter more", reports.Must, func(password string) string { return password + "x" }},
		{"nul", "with NUL and two letters behind it", reports.Must, func(password string) string { return password + "\x00xy" }},
		{"padded", "with white space around it", reports.Should, func(password string) string { return " " + password + " " }},
	}
}

// Of is the one that is near to a password; where they can't be told apart, there
// is none.
func (n NearPassword) Of(password string) (near string, differs bool) {
	near = n.change(password)
	return near, near != password
}

// OtherCase is a text in capitals, and one in capitals in small letters.
func OtherCase(text string) string {
	if upper := strings.ToUpper(text); upper != text {
		return upper
	}
	return strings.ToLower(text)
}
