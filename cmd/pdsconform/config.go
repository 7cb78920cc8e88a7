package main

import (
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"net/url"
	"os"
	"reflect"
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
	ids, err := failedIn(s.rerunFailed)
	if err != nil {
		return suite.Config{}, err
	}
	shard, err := suite.ParseShard(s.shard)
	if err != nil {
		return suite.Config{}, err
	}
	return suite.Config{
		IDs:         ids,
		Shard:       shard,
		Catalog:     catalog,
		Revision:    revision,
		Version:     version(),
		Profiles:    s.profiles,
		Endpoints:   s.endpoints,
		Only:        s.only,
		Skip:        s.skip,
		LabelFilter: s.labelFilter,
	}, nil
}

// catalog loads the documents to derive from, and what a report calls them.
func (s settings) catalog() (*lexicons.Catalog, string, error) {
	if len(s.lexicons) == 0 {
		revision := s.revision
		if revision == revisionAuto {
			revision = lexicons.DefaultRevision
		}
		return loadRevision(revision)
	}
	if s.revision != revisionAuto {
		return nil, "", usagef("give --revision or --lexicons, not both")
	}
	catalog, err := loadFolders(s.lexicons)
	if err != nil {
		first, _, more := strings.Cut(err.Error(), "\n")
		if more {
			first += " (and more, see pdsconform lexicons lint " + strings.Join(s.lexicons, " ") + ")"
		}
		return nil, "", usagef("%s", first)
	}
	return catalog, s.lexicons[0], nil
}

// revisionAuto leaves it to the target which revision is taken.
const revisionAuto = "auto"

// loadRevision loads an embedded revision, and returns its name beside it.
func loadRevision(revision string) (*lexicons.Catalog, string, error) {
	catalog, err := lexicons.LoadRevision(revision)
	if err != nil {
		return nil, "", usagef("--revision: %s", err)
	}
	return catalog, revision, nil
}

// loadFolders loads the documents of folders: methods come from the first, and
// refs are looked for in all of them.
func loadFolders(folders []string) (*lexicons.Catalog, error) {
	systems, err := folderSystems(folders)
	if err != nil {
		return nil, err
	}
	catalog, err := lexicons.Load(systems...)
	if err != nil {
		return nil, fmt.Errorf("load lexicons %s: %w", folders[0], err)
	}
	return catalog, nil
}

// folderSystems returns the file systems of folders that are there.
func folderSystems(folders []string) ([]fs.FS, error) {
	var systems []fs.FS
	for _, folder := range folders {
		info, err := os.Stat(folder)
		if err != nil {
			return nil, usagef("lexicons folder %s can't be read: give a folder of lexicon documents", folder)
		}
		if !info.IsDir() {
			return nil, usagef("%s is not a folder: give a folder of lexicon documents", folder)
		}
		systems = append(systems, os.DirFS(folder))
	}
	return systems, nil
}

// config returns what the suite needs to know for a run.
func (s settings) config() (suite.Config, error) {
	config, err := s.selection()
	if err != nil {
		return suite.Config{}, err
	}
	for _, check := range []func() error{s.checkCombinations, s.checkNumbers, s.checkConsole} {
		if err := check(); err != nil {
			return suite.Config{}, err
		}
	}
	if err := s.access(&config); err != nil {
		return suite.Config{}, err
	}
	if config.KnownFailures, err = readKnownFailures(s.knownFailures); err != nil {
		return suite.Config{}, err
	}
	config.Strict, config.Require, config.MinChecked = s.strict, s.require, s.minChecked
	config.InviteCode = s.inviteCode
	config.HandleDomain = s.handleDomain
	config.Patience = s.patience
	config.MaxWait, config.FailFast = s.maxWait, s.failFast
	if config.Rate, err = suite.ParseRate(s.rate); err != nil {
		return suite.Config{}, usagef("--rate: %s", err)
	}
	config.BudgetRequests, config.BudgetAccounts = s.budgetRequests, s.budgetAccounts
	config.Seed, config.Parallel = s.seed, int(s.parallel)
	if config.Seed == 0 {
		config.Seed = 1 + rand.Int64N(1<<31)
	}
	config.Throwaway = s.throwaway
	if s.target != "" && !s.throwaway { // what is made on the embedded mock goes with it
		config.Journal = s.journal()
	}
	return config, nil
}

// access adds to a configuration how the target is reached and what is at hand
// for it.
func (s settings) access(config *suite.Config) error {
	for _, check := range []func() error{s.checkURLs, s.checkHooks} {
		if err := check(); err != nil {
			return err
		}
	}
	if s.account != "" {
		handle, password, ok := strings.Cut(s.account, ":")
		if strings.HasPrefix(s.account, "did:") || !ok || handle == "" || password == "" {
			return usagef("--account is written HANDLE:PASSWORD")
		}
		config.AccountHandle, config.AccountPassword = handle, password
	}
	if s.timeout <= 0 {
		return usagef("--timeout needs a time above zero, such as 10s")
	}
	// The same server is to have one name, in a journal too.
	config.Target, config.Control = suite.BaseURL(s.target), s.control
	config.AdminPassword = s.adminPassword
	config.Mail, config.Hooks, config.PLC = s.mail, s.hooks, s.plc
	config.Timeout = s.timeout
	return nil
}

// checkURLs doesn't repeat a URL that may hold a password.
func (s settings) checkURLs() error {
	for flag, text := range map[string]string{"target": s.target, "control": s.control, "plc": s.plc} {
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
	return suite.CheckPLC(s.plc)
}

func (s settings) checkCombinations() error {
	if s.target != "" {
		return nil
	}
	given := map[string]bool{
		"--control": s.control != "", "--plc": s.plc != "", "--account": s.account != "", "--invite-code": s.inviteCode != "",
		"--watch": s.watch,
		"--mail":  s.mail != "" && s.mail != "control",
		hooksKey:  !reflect.DeepEqual(s.hooks, suite.Hooks{}),
	}
	for _, option := range slices.Sorted(maps.Keys(given)) {
		if given[option] {
			return usagef("%s: that belongs to a server of yours: give its URL with --target", option)
		}
	}
	return nil
}

func (s settings) checkNumbers() error {
	for _, name := range s.require {
		if !slices.Contains(reports.Needed(), name) {
			return usagef("--require %q is not known: give %s", name, words(reports.Needed()))
		}
	}
	switch {
	case s.minChecked < 0 || s.minChecked > 100:
		return usagef("--min-checked needs a percentage from 0 to 100")
	case s.patience < 0:
		return usagef("--patience can't be below 0")
	case s.maxWait <= 0:
		return usagef("--max-wait must be more than 0")
	case s.deadline < 0:
		return usagef("--deadline can't be below 0")
	case s.budgetRequests < 0:
		return usagef("--budget-requests can't be below 0")
	case s.budgetAccounts < 0:
		return usagef("--budget-accounts can't be below 0, --account is for a run that may create none")
	}
	return nil
}

func (s settings) checkConsole() error {
	switch {
	case s.quiet && s.verbose:
		return usagef("give --quiet or --verbose, not both")
	case s.quiet && s.progress == progressPlain:
		return usagef("give --quiet or --progress %s, not both", progressPlain)
	case s.out == "":
		return usagef("--out needs a folder")
	}
	if progress := []string{progressAuto, progressPlain, progressNone}; !slices.Contains(progress, s.progress) {
		return usagef("--progress %q is not known: give %s", s.progress, words(progress))
	}
	return nil
}

// revisionDocuments are the embedded documents of a revision, nil where it is
// none of ours: a report of a newer version can still be rendered.
func revisionDocuments(revision string) fs.FS {
	documents, err := lexicons.FS(revision)
	if err != nil {
		return nil
	}
	return documents
}

// reportFormats returns the formats asked for. They show lines of documents.
func (s settings) reportFormats(documents fs.FS) ([]reports.Format, error) {
	return chooseFormats(s.formats, documents)
}

// formatNames are what --format of reports can name.
func formatNames(formats []reports.Format) []string {
	var names []string
	for _, format := range formats {
		names = append(names, format.Name)
	}
	return names
}

// chooseFormats returns the formats of the given names, each once.
func chooseFormats(names []string, documents fs.FS) ([]reports.Format, error) {
	known := reports.FormatsWith(reports.Options{Documents: documents})
	knownNames := formatNames(known)
	var formats []reports.Format
	seen := map[string]bool{}
	for _, name := range names {
		format, ok := reports.FormatNamed(known, name)
		if !ok {
			return nil, usagef("--format %q is not known: give %s", name, words(knownNames))
		}
		if !seen[name] {
			formats = append(formats, format)
		}
		seen[name] = true
	}
	if len(formats) == 0 {
		return nil, usagef("--format needs at least one of %s", words(knownNames))
	}
	return formats, nil
}
