package target

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const journaled = "http://pds.example.com"

// begun begins a journal in a folder of the test's own.
func begun(t *testing.T) *Journal {
	t.Helper()
	journal, err := CreateJournal(filepath.Join(t.TempDir(), "journal.jsonl"), journaled)
	if err != nil {
		t.Fatal(err)
	}
	return journal
}

// noted writes entries and reads the journal back.
func noted(t *testing.T, entries ...entry) Remains {
	t.Helper()
	journal := begun(t)
	for _, e := range entries {
		if err := journal.note(e); err != nil {
			t.Fatal(err)
		}
	}
	return readBack(t, journal)
}

func readBack(t *testing.T, journal *Journal) Remains {
	t.Helper()
	file, err := os.Open(journal.Path())
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	remains, err := ReadJournal(file)
	if err != nil {
		t.Fatal(err)
	}
	return remains
}

func anAccount(name string) entry {
	return entry{Event: eventAccount, Handle: name + ".test", Email: name + "@example.com", Password: "Pw-" + name}
}

func leftOf(name string) left {
	return left{Handle: name + ".test", Email: name + "@example.com", Password: "Pw-" + name}
}

func madeAs(name string) entry {
	made := anAccount(name)
	made.Event, made.DID, made.Access, made.Refresh = eventMade, someDID, "access", "refresh"
	return made
}

func refusedAs(name string) entry {
	refused := anAccount(name)
	refused.Event = eventRefused
	return refused
}

func madeLeft(name string) left {
	account := leftOf(name)
	account.DID, account.Session = someDID, Session{"access", "refresh"}
	return account
}

func TestJournalRoundTrip(t *testing.T) {
	t.Parallel()
	changed := leftOf("a")
	changed.Password = "a new one \"\n\u2028"
	for name, test := range map[string]struct {
		entries      []entry
		accounts     []left
		appPasswords []string
		owner        string
	}{
		"nothing":      {},
		"accounts":     {[]entry{anAccount("a"), anAccount("b")}, []left{leftOf("a"), leftOf("b")}, nil, ""},
		"removed":      {[]entry{anAccount("a"), anAccount("b"), {Event: eventRemoved, Handle: "a.test", DID: someDID}}, []left{leftOf("b")}, nil, ""},
		"all removed":  {[]entry{anAccount("a"), {Event: eventRemoved, Handle: "a.test"}}, []left{}, nil, ""},
		"made":         {[]entry{anAccount("a"), anAccount("b"), madeAs("a")}, []left{madeLeft("a"), leftOf("b")}, nil, ""},
		"refused":      {[]entry{anAccount("a"), madeAs("a"), anAccount("a"), refusedAs("a")}, []left{madeLeft("a")}, nil, ""},
		"new password": {[]entry{anAccount("b"), anAccount("a"), {Event: eventPassword, Handle: "a.test", Password: changed.Password}}, []left{leftOf("b"), changed}, nil, ""},
		"unknown":      {[]entry{{Event: eventRemoved, Handle: "c.test"}, {Event: eventPassword, Handle: "c.test"}, {Event: "later"}}, nil, nil, ""},
		"app passwords": {[]entry{{Event: eventAppPassword, Handle: "mine.test", Name: "one"}, {Event: eventAppPassword, Handle: "mine.test", Name: "two"}},
			nil, []string{"one", "two"}, "mine.test"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			remains := noted(t, test.entries...)
			if remains.Target != journaled || remains.Accounts() != len(test.accounts) {
				t.Errorf("%d accounts on %s", remains.Accounts(), remains.Target)
			}
			if diff := cmp.Diff(test.accounts, remains.accounts, cmp.AllowUnexported(left{})); diff != "" {
				t.Errorf("accounts (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.appPasswords, remains.appPasswords); diff != "" {
				t.Errorf("app passwords (-want +got):\n%s", diff)
			}
			if number, owner := remains.AppPasswords(); number != len(test.appPasswords) || owner != test.owner {
				t.Errorf("%d app passwords of %q", number, owner)
			}
		})
	}
}

const firstLine = `{"event":"target","target":"http://pds.example.com"}` + "\n"

func TestDamagedJournals(t *testing.T) {
	t.Parallel()
	const account = `{"event":"account","handle":"a.test","password":"x"}`
	for name, test := range map[string]struct {
		text     string
		accounts int
		problem  string
	}{
		"whole":                  {firstLine + account + "\n", 1, ""},
		"no last line end":       {firstLine + account, 1, ""},
		"cut off":                {firstLine + account + "\n" + account[:20], 1, ""},
		"cut after one byte":     {firstLine + "{", 0, ""},
		"line ends of Windows":   {strings.ReplaceAll(firstLine+account+"\n", "\n", "\r\n"), 1, ""},
		"damaged within":         {firstLine + account[:20] + "\n" + account + "\n", 0, "line 2 of the journal is damaged"},
		"damaged later":          {firstLine + account + "\n" + account + "\nx\n" + account + "\n", 0, "line 4 of the journal is damaged"},
		"empty":                  {"", 0, "this is no journal"},
		"only a cut off line":    {firstLine[:10], 0, "this is no journal"},
		"no first line":          {account + "\n", 0, "this is no journal"},
		"something else":         {"hello\nworld\n", 0, "line 1 of the journal is damaged"},
		"a line without end":     {firstLine + strings.Repeat("x", 2<<20), 0, "too long"},
		"a report":               {"{\"schemaVersion\":1}\n", 0, "this is no journal"},
		"a list in the last one": {firstLine + "[1]", 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			remains, err := ReadJournal(strings.NewReader(test.text))
			if test.problem == "" {
				if err != nil || remains.Accounts() != test.accounts {
					t.Errorf("%d accounts, error %v", remains.Accounts(), err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), test.problem) {
				t.Errorf("error %v, want %q", err, test.problem)
			}
		})
	}
}

func TestJournalIsForItsOwnerOnly(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("files have no such mode there")
	}
	info, err := os.Stat(begun(t).Path())
	if err != nil {
		t.Fatal(err)
	}
	if mode := info.Mode().Perm(); mode != 0o600 {
		t.Errorf("mode %o", mode)
	}
}

func TestExistingJournalIsNotOverwritten(t *testing.T) {
	t.Parallel()
	first := begun(t)
	if err := first.note(anAccount("a")); err != nil {
		t.Fatal(err)
	}
	if _, err := CreateJournal(first.Path(), "http://other.test"); !errors.Is(err, fs.ErrExist) {
		t.Errorf("error %v, want that it exists", err)
	}
	if remains := readBack(t, first); remains.Target != journaled || remains.Accounts() != 1 {
		t.Errorf("the first journal is of %s with %d accounts", remains.Target, remains.Accounts())
	}
	if _, err := CreateJournal(filepath.Join(t.TempDir(), "no", "folder"), journaled); err == nil {
		t.Error("a journal in a folder that is not there, and no error")
	}
}

func TestJournalGoesWhenNothingIsLeft(t *testing.T) {
	t.Parallel()
	for _, nothingLeft := range []bool{true, false} {
		journal := begun(t)
		if err := journal.Close(nothingLeft); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(journal.Path()); errors.Is(err, fs.ErrNotExist) != nothingLeft {
			t.Errorf("nothing left %v: the file is looked for with error %v", nothingLeft, err)
		}
		if err := journal.note(anAccount("a")); err == nil || !strings.Contains(err.Error(), "write journal") {
			t.Errorf("a closed journal is written to with error %v", err)
		}
	}
	gone := begun(t)
	if err := os.Remove(gone.Path()); err != nil {
		t.Fatal(err)
	}
	if err := gone.Close(true); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v, want that the journal is gone", err)
	}
}

// A journal that is being written is another run's, and that of a run that has
// ended is not.
func TestJournalInUse(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("files can't be locked as here")
	}
	journal := begun(t)
	if !JournalInUse(journal.Path()) {
		t.Error("a journal that is being written seems to be of a run that has ended")
	}
	if err := journal.Close(false); err != nil {
		t.Fatal(err)
	}
	if JournalInUse(journal.Path()) || JournalInUse(journal.Path()+"-none") {
		t.Error("a journal that was closed seems to be in use")
	}
}

func TestNoJournal(t *testing.T) {
	t.Parallel()
	var journal *Journal
	if err := journal.note(anAccount("a")); err != nil {
		t.Error(err)
	}
	if journal.Path() != "" {
		t.Errorf("path %q", journal.Path())
	}
	for _, nothingLeft := range []bool{true, false} {
		if err := journal.Close(nothingLeft); err != nil {
			t.Error(err)
		}
	}
}

func TestJournalServesGoroutines(t *testing.T) {
	t.Parallel()
	journal := begun(t)
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			for range 20 {
				if err := journal.note(anAccount(strings.Repeat("a", 500))); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	if remains := readBack(t, journal); remains.Accounts() != 400 {
		t.Errorf("%d accounts", remains.Accounts())
	}
}
