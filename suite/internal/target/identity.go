package target

import (
	"math/rand/v2"
	"strings"
)

const (
	handleLetters   = "abcdefghijkmnpqrstuvwxyz23456789"
	passwordLetters = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
	passwordStart   = "Pw-7"
	passwordLength  = 20 // of what is drawn
	emailEnd        = "@example.com"
)

// Identity is what an account is made of. Names carry the mark of the run and
// a random part: about a thousand words are reserved on real servers, and a
// first label has 3 to 18 characters there.
type Identity struct {
	Handle, Email, Password string
}

// NewIdentity makes names that no account has.
func (t *Target) NewIdentity() Identity {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.made++
	label := t.labelStart() + counter(t.made)
	identity := Identity{
		Handle:   label + t.HandleDomain(),
		Email:    label + emailEnd,
		Password: t.newPassword(),
	}
	return identity
}

// NewPassword makes a password that a policy of letters, digits and signs
// accepts, and makes it known as a secret.
func (t *Target) NewPassword() string {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	return t.newPassword()
}

func (t *Target) newPassword() string {
	password := passwordStart + randomText(t.options.Random, passwordLetters, passwordLength)
	t.options.Client.Secrets().Add(password, "password")
	return password
}

// OwnForm reports whether a password or an e-mail address has the form of those
// that the run makes, and not that of one by which an input is tried: a target may
// keep the latter otherwise than it was sent.
func (t *Target) OwnForm(text string) bool {
	password, isPassword := strings.CutPrefix(text, passwordStart)
	if isPassword {
		return len(password) == passwordLength && strings.Trim(password, passwordLetters) == ""
	}
	label, isEmail := strings.CutSuffix(text, emailEnd)
	label, own := strings.CutPrefix(label, t.labelStart())
	return isEmail && own && strings.Trim(label, handleLetters) == ""
}

func (t *Target) labelStart() string { return "pc" + t.run }

// NewName makes a name for an app password, or for whatever else wants one.
func (t *Target) NewName(prefix string) string {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.made++
	return prefix + "-" + t.run + counter(t.made)
}

// Turn is a number that nobody has been given before.
func (t *Target) Turn() int {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.made++
	return t.made
}

// NewDID makes a well-formed DID that no account has.
func (t *Target) NewDID() string {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	return "did:plc:" + randomText(t.options.Random, "abcdefghijklmnopqrstuvwxyz234567", 24)
}

// counter writes a number in letters, so that a label holds no run of digits
// that looks like another's.
func counter(n int) string {
	var letters strings.Builder
	for ; n > 0; n /= len(handleLetters) {
		letters.WriteByte(handleLetters[n%len(handleLetters)])
	}
	return letters.String()
}

func randomText(random *rand.Rand, letters string, length int) string {
	text := make([]byte, length)
	for i := range text {
		text[i] = letters[random.IntN(len(letters))]
	}
	return string(text)
}
