// Package target knows the server under test as a run finds it: what it
// offers, the accounts that the run makes on it, and the ways to read its
// mail, move its clock and take an account down.
//
// It must not know what a requirement is, nor judge an answer: where something
// can't be had it returns Missing or Refusal, and the caller decides.
package target

import (
	"fmt"

	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// Capability is something that a requirement may need besides plain requests.
type Capability string

// The capabilities.
const (
	SignUp     Capability = "sign-up"  // new accounts can be made
	Login      Capability = "account"  // there is an account to log in to
	Admin      Capability = "admin"    // an admin credential is at hand
	Mail       Capability = "mail"     // the server's mail can be read
	Clock      Capability = "clock"    // the server's clock can be moved
	Takedown   Capability = "takedown" // accounts can be taken down
	PLC        Capability = "plc"      // identities can be made in a directory that the server reads
	WidenRaces Capability = "latency"  // the window before a commit can be widened
)

// Missing says that a capability is not there.
type Missing struct {
	Capability Capability
	Reason     string
	Unlock     string // the flag or hook that would supply it
}

// Error words the reason.
func (m *Missing) Error() string { return m.Reason }

// Refusal is a request that had to succeed for something else to be checked,
// and did not.
type Refusal struct {
	Exchange xrpc.Exchange
	Problem  string
}

// Error names the method and what was wrong with its answer.
func (r *Refusal) Error() string {
	return fmt.Sprintf("%s: %s", r.Exchange.Request.NSID, r.Problem)
}

// unlocks says what would supply a capability.
func unlocks() map[Capability]string {
	return map[Capability]string{
		SignUp:     "--admin-password or --invite-code",
		Login:      "--account HANDLE:PASSWORD, or --admin-password or --invite-code to make one",
		Admin:      "--admin-password",
		Mail:       "--mail smtp://HOST:PORT, --mail exec:COMMAND, hooks.readMail or --control",
		Clock:      "hooks.advanceClock, --control or --patience",
		Takedown:   "hooks.takedown, --control, or --admin-password where the target has an admin method for it",
		PLC:        "--plc URL, a directory of your own that the target reads",
		WidenRaces: "--control",
	}
}

// reasons words what lacks where a capability is missing.
func reasons() map[Capability]string {
	return map[Capability]string{
		SignUp:     "sign-up needs an invite code",
		Login:      "no account to log in to",
		Admin:      "no admin credential",
		Mail:       "the target's mail can't be read",
		Clock:      "the target's clock can't be moved",
		Takedown:   "accounts can't be taken down",
		PLC:        "no PLC directory to make identities in",
		WidenRaces: "the window of a race can't be widened",
	}
}
