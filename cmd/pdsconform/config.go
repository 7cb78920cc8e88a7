package main

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite"
)

// selection returns what the suite needs to know to list requirements.
func (s settings) selection() (suite.Config, error) {
	catalog, revision, err := s.catalog()
	if err != nil {
		return suite.Config{}, err
	}
	return suite.Config{
		Catalog:     catalog,
		Revision:    revision,
		Version:     version(),
		Endpoints:   s.endpoints,
		Only:        s.only,
		Skip:        s.skip,
		LabelFilter: s.labelFilter,
	}, nil
}

// catalog loads the documents to derive from, and what a report calls them.
func (s settings) catalog() (*lexicons.Catalog, string, error) {
	if s.lexicons == "" {
		catalog, err := lexicons.LoadRevision(s.revision)
		if err != nil {
			return nil, "", usagef("%s", err)
		}
		return catalog, s.revision, nil
	}
	if s.revision != lexicons.DefaultRevision {
		return nil, "", usagef("give --revision or --lexicons, not both")
	}
	catalog, err := loadFolder(s.lexicons)
	if err != nil {
		first, _, more := strings.Cut(err.Error(), "\n")
		if more {
			first += " (and more, see pdsconform lexicons lint " + s.lexicons + ")"
		}
		return nil, "", usagef("%s", first)
	}
	return catalog, s.lexicons, nil
}

// loadFolder loads the documents of a folder.
func loadFolder(folder string) (*lexicons.Catalog, error) {
	info, err := os.Stat(folder)
	if err != nil {
		return nil, usagef("lexicons folder %s can't be read: give a folder of lexicon documents", folder)
	}
	if !info.IsDir() {
		return nil, usagef("%s is no folder: give a folder of lexicon documents", folder)
	}
	catalog, err := lexicons.Load(os.DirFS(folder))
	if err != nil {
		return nil, fmt.Errorf("load lexicons %s: %w", folder, err)
	}
	return catalog, nil
}

// config returns what the suite needs to know for a run.
func (s settings) config() (suite.Config, error) {
	config, err := s.selection()
	if err != nil {
		return suite.Config{}, err
	}
	for _, check := range []func() error{s.checkURLs, s.checkCombinations} {
		if err := check(); err != nil {
			return suite.Config{}, err
		}
	}
	if s.account != "" {
		handle, password, ok := strings.Cut(s.account, ":")
		if strings.HasPrefix(s.account, "did:") || !ok || handle == "" || password == "" {
			return suite.Config{}, usagef("--account is written HANDLE:PASSWORD")
		}
		config.AccountHandle, config.AccountPassword = handle, password
	}
	config.Target, config.Control = s.target, s.control
	config.Strict = s.strict
	config.AdminPassword, config.InviteCode = s.adminPassword, s.inviteCode
	config.HandleDomain = s.handleDomain
	config.Timeout = s.timeout
	config.Seed = s.seed
	if config.Seed == 0 {
		config.Seed = 1 + rand.Int64N(1<<31)
	}
	return config, nil
}

// checkURLs doesn't repeat a URL that may hold a password.
func (s settings) checkURLs() error {
	for flag, text := range map[string]string{"target": s.target, "control": s.control} {
		if text == "" {
			continue
		}
		parsed, err := url.Parse(text)
		switch {
		case err == nil && parsed.User != nil:
			return usagef("--%s: a URL with a password in it can't be recorded, give --admin-password instead", flag)
		case err != nil, parsed.Host == "", parsed.Scheme != "http" && parsed.Scheme != "https":
			return usagef("--%s needs the URL of a server, such as http://localhost:2583", flag)
		case parsed.RawQuery != "", parsed.Fragment != "":
			return usagef("--%s: a base URL has no query and no fragment", flag)
		}
	}
	return nil
}

func (s settings) checkCombinations() error {
	given := map[string]bool{"control": s.control != "", "account": s.account != "", "invite-code": s.inviteCode != ""}
	for _, flag := range []string{"control", "account", "invite-code"} {
		if s.target == "" && given[flag] {
			return usagef("--%s belongs to a server of yours: give its URL with --target", flag)
		}
	}
	switch {
	case s.quiet && s.verbose:
		return usagef("give --quiet or --verbose, not both")
	case s.quiet && s.progress == progressPlain:
		return usagef("give --quiet or --progress %s, not both", progressPlain)
	case s.timeout <= 0:
		return usagef("--timeout needs a time above zero, such as 10s")
	case s.out == "":
		return usagef("--out needs a folder")
	}
	if progress := []string{progressAuto, progressPlain, progressNone}; !slices.Contains(progress, s.progress) {
		return usagef("--progress %q is not known: give %s", s.progress, words(progress))
	}
	return nil
}

// reportFormats returns the formats asked for, each once.
func (s settings) reportFormats() ([]reports.Format, error) {
	var names []string
	for _, format := range reports.Formats() {
		names = append(names, format.Name)
	}
	var formats []reports.Format
	seen := map[string]bool{}
	for _, name := range s.formats {
		format, ok := reports.FormatNamed(name)
		if !ok {
			return nil, usagef("--format %q is not known: give %s", name, words(names))
		}
		if !seen[name] {
			formats = append(formats, format)
		}
		seen[name] = true
	}
	if len(formats) == 0 {
		return nil, usagef("--format needs at least one of %s", words(names))
	}
	return formats, nil
}
