package main

import (
	"errors"
	"os"

	"github.com/spf13/pflag"

	"github.com/pdsconform/pdsconform/mockserver"
	"github.com/pdsconform/pdsconform/mockserver/files"
)

// furtherSettings are the flags for methods that the mock doesn't serve.
type furtherSettings struct {
	lexicons []string
	fallback string
}

func (s *furtherSettings) bind(flags *pflag.FlagSet, answers *[]mockserver.Answer) {
	flags.StringArrayVar(&s.lexicons, "lexicons", nil, "`DIR` of further lexicon documents, whose methods are answered too (repeatable)")
	flags.Var(answerFiles{answers}, "answers", "`FILE` of answers in YAML or JSON, for methods by name (repeatable)")
	flags.StringVar(&s.fallback, "fallback", "", "`URL` that gets what the mock doesn't serve, with the account in X-Pdsconform-Did")
}

// complete sets the options, or says which flag is wrong.
func (s *furtherSettings) complete(options *mockserver.Options) (err error) {
	for _, folder := range s.lexicons {
		if info, err := os.Stat(folder); err != nil || !info.IsDir() {
			return usagef("--lexicons %s is no folder", folder)
		}
		options.Lexicons = append(options.Lexicons, os.DirFS(folder))
	}
	switch {
	case s.fallback == "" && options.FallbackCredentials:
		return usagef("--fallback-credentials is for what goes to --fallback: give it a URL")
	case s.fallback == "":
		return nil
	}
	if options.Fallback, err = mockserver.FallbackTo(s.fallback); err != nil {
		return usagef("--fallback %s %s", s.fallback, err)
	}
	return nil
}

// answerFiles is a flag that names files of answers, and reads each when it is
// given.
type answerFiles struct{ read *[]mockserver.Answer }

// Set reads a file, and adds what it holds to that of the files before.
func (f answerFiles) Set(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return errors.New(path + ": " + withoutPath(err).Error())
	}
	answers, err := files.ReadAnswers(path, text)
	*f.read = append(*f.read, answers...)
	return err
}

// String is the default, of which there is none.
func (answerFiles) String() string { return "" }

// Type is the word for the value where a text doesn't say another.
func (answerFiles) Type() string { return "FILE" }
