package target

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
)

// The events of a journal.
const (
	eventTarget      = "target"       // the first line: where the run makes things
	eventAccount     = "account"      // about to be made
	eventMade        = "made"         // an account was made: its DID and tokens
	eventRefused     = "refused"      // an account was not made
	eventPassword    = "password"     // an account has a new one
	eventEmail       = "email"        // an account has a new address
	eventAppPassword = "app-password" // about to be made, on a given account
	eventTakedown    = "takedown"     // an account is about to be taken down
	eventRemoved     = "removed"      // an account was deleted
)

// entry is one line of a journal.
type entry struct {
	Event    string `json:"event"`
	Target   string `json:"target,omitempty"`
	Handle   string `json:"handle,omitempty"`
	DID      string `json:"did,omitempty"`
	Email    string `json:"email,omitempty"`
	Password string `json:"password,omitempty"`
	Name     string `json:"name,omitempty"`
	Access   string `json:"access,omitempty"`
	Refresh  string `json:"refresh,omitempty"`
}

// Journal keeps, on disk and line by line, what a run makes on a target, so
// that it can be removed after the run was cut off. It holds the passwords and
// tokens of the accounts that the run makes, which nobody else uses, and is readable by
// its owner only. A nil Journal keeps nothing.
type Journal struct {
	mutex sync.Mutex
	file  *os.File
	size  int64 // of all whole lines
}

// CreateJournal begins a journal in a new file. An existing one is not
// overwritten: it may be of a run whose things are still there.
func CreateJournal(path, target string) (*Journal, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("begin journal: %w", err)
	}
	_ = lock(file) // some file systems have no locks
	journal := &Journal{file: file}
	return journal, journal.note(entry{Event: eventTarget, Target: target})
}

// Path is the journal's file, empty for none.
func (j *Journal) Path() string {
	if j == nil {
		return ""
	}
	return j.file.Name()
}

// Close ends the journal; where nothing is left on the target its file is
// removed.
func (j *Journal) Close(nothingLeft bool) error {
	if j == nil {
		return nil
	}
	if nothingLeft && os.Remove(j.file.Name()) == nil { // while it is locked, where that can be done
		return j.file.Close()
	}
	err := j.file.Close()
	if nothingLeft {
		err = errors.Join(err, os.Remove(j.file.Name()))
	}
	return err
}

func (j *Journal) note(e entry) error {
	if j == nil {
		return nil
	}
	line, err := json.Marshal(e) //nolint:gosec // passwords that nobody else uses are what a journal is for
	if err != nil {
		return err
	}
	j.mutex.Lock()
	defer j.mutex.Unlock()
	if _, err := j.file.Write(append(line, '\n')); err != nil {
		// Half a line would make one of the next: what follows could not be read.
		return fmt.Errorf("write journal: %w", errors.Join(err, j.file.Truncate(j.size)))
	}
	j.size += int64(len(line)) + 1
	return nil
}

// Remains is what a journal says is still on a target.
type Remains struct {
	Target       string
	accounts     []left
	appPasswords []string
	owner        string // handle of the given account that has them
}

// Accounts is the number of accounts that may be left.
func (r Remains) Accounts() int { return len(r.accounts) }

// AppPasswords is the number of app passwords that may be left on the account
// that the run was given, and its handle.
func (r Remains) AppPasswords() (int, string) { return len(r.appPasswords), r.owner }

// ReadJournal reads what a run has left. A last line that was cut off is
// passed over: what it speaks of was not made yet.
func ReadJournal(reader io.Reader) (Remains, error) {
	var remains Remains
	scanner := bufio.NewScanner(reader)
	scanner.Buffer(nil, 1<<20)
	for number := 1; scanner.Scan(); number++ {
		var e entry
		if err := json.Unmarshal(scanner.Bytes(), &e); err != nil {
			if !scanner.Scan() {
				break
			}
			return remains, fmt.Errorf("line %d of the journal is damaged", number)
		}
		remains.apply(e)
	}
	if remains.Target == "" {
		return remains, errors.New("this is no journal: its first line names no target")
	}
	return remains, scanner.Err()
}

func (r *Remains) apply(e entry) {
	switch e.Event {
	case eventTarget:
		r.Target = e.Target
	case eventAccount:
		r.accounts = append(r.accounts, left{Handle: e.Handle, Email: e.Email, Password: e.Password})
	case eventMade, eventRefused:
		r.answered(e)
	case eventAppPassword:
		r.appPasswords, r.owner = append(r.appPasswords, e.Name), e.Handle
	case eventPassword, eventEmail, eventTakedown, eventRemoved:
		i := slices.IndexFunc(r.accounts, func(account left) bool { return account.Handle == e.Handle })
		switch {
		case i < 0:
		case e.Event == eventPassword:
			r.accounts[i].Password = e.Password
		case e.Event == eventEmail:
			r.accounts[i].Email = e.Email
		case e.Event == eventTakedown:
			r.accounts[i].DID, r.accounts[i].down = e.DID, true
		default:
			r.accounts = slices.Delete(r.accounts, i, i+1)
		}
	}
}

// answered takes note of what came of a sign-up. Several may be under way for one
// handle: it is one that was not answered yet.
func (r *Remains) answered(e entry) {
	i := slices.IndexFunc(r.accounts, func(account left) bool {
		return account.DID == "" && account.Handle == e.Handle && account.Email == e.Email && account.Password == e.Password
	})
	switch {
	case i < 0:
	case e.Event == eventRefused:
		r.accounts = slices.Delete(r.accounts, i, i+1)
	default:
		r.accounts[i].DID, r.accounts[i].Session = e.DID, Session{e.Access, e.Refresh}
	}
}
