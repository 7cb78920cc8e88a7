package main

import (
	"os"
	"path/filepath"
	"strings"
	"unicode"

	"github.com/pdsconform/pdsconform/suite"

	"github.com/spf13/pflag"
)

// journal is where a run notes what it makes on a target.
func (s settings) journal() string { return filepath.Join(s.out, "journal.jsonl") }

// remains returns the command that removes what a run has left behind; empty
// where its journal is gone, and so nothing is.
func remains(config suite.Config, flags *pflag.FlagSet) string {
	if _, err := os.Stat(config.Journal); err != nil {
		return ""
	}
	return cleanUpCommand([]string{config.Journal}, flags)
}

// cleanUpCommand is the command line of a clean-up with the same access to the
// target that the run had. Secrets are left to be filled in.
func cleanUpCommand(journals []string, flags *pflag.FlagSet) string {
	var command []string
	for _, secret := range []string{"admin-password", "account"} {
		if flags.Changed(secret) {
			command = append(command, variableOf(secret)+"=…")
		}
	}
	command = append(command, "pdsconform", "cleanup")
	for _, journal := range journals {
		command = append(command, "--journal", shellWord(journal))
	}
	for _, name := range []string{"config", "control", "mail"} {
		if flags.Changed(name) {
			command = append(command, "--"+name, shellWord(flags.Lookup(name).Value.String()))
		}
	}
	return strings.Join(command, " ")
}

// shellWord quotes a word for a shell where it needs that.
func shellWord(word string) string {
	special := strings.ContainsFunc(word, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("./:_-@%+=,", r)
	})
	if !special && word != "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
