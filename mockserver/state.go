package mockserver

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/pdsconform/pdsconform/mockserver/internal/lockfile"
	"github.com/pdsconform/pdsconform/mockserver/internal/mail"
	"github.com/pdsconform/pdsconform/mockserver/internal/pds"
	"github.com/pdsconform/pdsconform/mockserver/internal/plc"
	"github.com/pdsconform/pdsconform/mockserver/internal/store"
)

// stateSchema names the form of a state file. Another form gets another name.
const stateSchema = "pdsconform.mock-state/v1"

// stateFile is a state file. The checksum is of the state, byte for byte.
type stateFile struct {
	Schema   string          `json:"schema"`
	Checksum string          `json:"checksum"`
	State    json.RawMessage `json:"state"`
}

// savedState is what outlasts a server: all that clients and their tokens rely
// on. Requests, latencies, scenarios and defects are of one run only.
type savedState struct {
	TokenKey   []byte         `json:"tokenKey"`   // that tokens are signed with
	SigningKey []byte         `json:"signingKey"` // of the DID documents
	Ahead      time.Duration  `json:"clockAheadNs"`
	Seed       uint64         `json:"seed,omitempty"`
	Position   []byte         `json:"position,omitempty"` // in the random stream of that seed
	Store      store.Snapshot `json:"store"`
	Mail       []mail.Message `json:"mail"`

	Identities map[string]plc.Operation `json:"identities,omitempty"` // of accounts that came from elsewhere, by DID
}

// keys are those of a state, nil of none.
func (state *savedState) keys() *pds.SavedKeys {
	if state == nil {
		return nil
	}
	return &pds.SavedKeys{Token: state.TokenKey, Signing: state.SigningKey}
}

// origin is what Reset goes back to: nothing, or what options and state file
// have brought.
type origin struct {
	held     *store.Snapshot
	mail     []mail.Message
	position []byte // in the random stream; nil where it is drawn on from

	identities map[string]plc.Operation // by DID
}

// restoreIdentities makes the directory hold what it did at the start.
func (s *Server) restoreIdentities() {
	s.core.Directory.Reset()
	for did, said := range s.origin.identities {
		_ = s.core.Directory.Put(did, said) // it held as many before
	}
}

// lockState keeps other servers from a state file; nil where there is none.
func lockState(path string) (*lockfile.Lock, error) {
	if path == "" {
		return nil, nil
	}
	if err := writable(path); err != nil {
		return nil, err
	}
	lock, err := lockfile.Acquire(path)
	if err != nil {
		return nil, fmt.Errorf("state file: %w", err)
	}
	return lock, nil
}

// readState reads a state file; nil means that there is none, or none yet.
func readState(path string) (*savedState, error) {
	if path == "" {
		return nil, nil
	}
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read state file: %w", err)
	}
	state, err := decodeState(text)
	if err != nil {
		return nil, fmt.Errorf("state file %s: %w; it was left as it is: move it away to start afresh", path, err)
	}
	return state, nil
}

func decodeState(text []byte) (*savedState, error) {
	var file stateFile
	if err := json.Unmarshal(text, &file); err != nil {
		return nil, errors.New("it is damaged, or no state file: it can't be read as JSON")
	}
	if file.Schema != stateSchema {
		return nil, fmt.Errorf("it is none, or of another version: its schema is %q, not %q", file.Schema, stateSchema)
	}
	if file.Checksum != checksum(file.State) {
		return nil, errors.New("it is damaged: its checksum isn't that of what it holds")
	}
	state := &savedState{}
	decoder := json.NewDecoder(bytes.NewReader(file.State))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(state); err != nil {
		return nil, errors.New("it is damaged: its state can't be read")
	}
	return state, nil
}

func checksum(text []byte) string {
	sum := sha256.Sum256(text)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// writable tells now, rather than when everything would be lost, whether a
// file can be put at a path.
func writable(path string) error {
	probe, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return fmt.Errorf("state file %s could not be written: %w", path, err)
	}
	return errors.Join(probe.Close(), os.Remove(probe.Name()))
}

// SaveState writes accounts, sessions, codes, app passwords, mail, the token
// secret and how far the clock is ahead to a file, for Options.StateFile. It
// may be called at any time; what is still being done when it is called may be
// missing, so the end of a server is best saved after Close.
//
// The file is written aside and renamed, so that there is a whole one at the
// path at all times, and is readable by its owner alone.
func (s *Server) SaveState(path string) error {
	text, err := s.encodeState()
	if err != nil {
		return fmt.Errorf("save state: %w", err)
	}
	if err := replaceFile(path, text); err != nil {
		return fmt.Errorf("save state: %w", err)
	}
	return nil
}

func (s *Server) encodeState() ([]byte, error) {
	state := savedState{
		TokenKey: s.core.Secret, SigningKey: s.core.SigningKey, Ahead: s.core.Clock.Offset(),
		Store: s.core.Store.Snapshot(), Mail: s.core.Outbox.To(""), Identities: s.core.Directory.All(),
	}
	if s.options.Seed != 0 {
		state.Seed, state.Position = s.options.Seed, s.core.Entropy.Position()
	}
	inner, err := json.Marshal(state)
	if err != nil {
		return nil, err
	}
	return json.Marshal(stateFile{stateSchema, checksum(inner), inner})
}

// replaceFile puts a file at a path, or leaves what is there.
func replaceFile(path string, text []byte) (err error) {
	aside, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*") // mode 0600
	if err != nil {
		return err
	}
	_, err = aside.Write(text)
	err = errors.Join(err, aside.Sync(), aside.Close())
	if err == nil {
		err = os.Rename(aside.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(aside.Name()))
	}
	return nil
}

// load brings in what the server starts with, and notes it for Reset.
func (s *Server) load(saved *savedState) error {
	if saved != nil {
		s.core.Store.Restore(saved.Store)
		s.core.Outbox.Restore(saved.Mail)
		s.origin.identities = saved.Identities
		s.restoreIdentities()
		if err := s.core.Clock.StartAt(saved.Ahead); err != nil {
			return fmt.Errorf("state file %s: %w", s.options.StateFile, err)
		}
		if saved.Seed != 0 && saved.Seed == s.options.Seed { // or it would draw again what is there already
			if err := s.core.Entropy.Seek(saved.Position); err != nil {
				return fmt.Errorf("state file %s: the place in the random stream: %w", s.options.StateFile, err)
			}
		}
		s.origin.mail = saved.Mail
	}
	if len(s.options.Accounts)+len(s.options.Invites) > 0 {
		if err := s.core.Populate(s.options.Accounts, s.options.Invites); err != nil {
			return err
		}
	}
	for _, document := range s.options.Identities {
		if _, err := s.core.PutIdentity(document); err != nil {
			return fmt.Errorf("identities: %w", err)
		}
	}
	s.origin.identities = s.core.Directory.All()
	if saved != nil || len(s.options.Accounts)+len(s.options.Invites) > 0 {
		held := s.core.Store.Snapshot()
		s.origin.held = &held
	}
	if s.options.Seed != 0 {
		s.origin.position = s.core.Entropy.Position()
	}
	return nil
}
