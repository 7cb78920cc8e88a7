package derive

import (
	"regexp"
	"slices"
	"strings"

	"github.com/pdsconform/pdsconform/reports"
)

// The requirements on what an answer gives away, judged by Observer.
const (
	idNoHashes    = "answer.no-hashes"
	idNoInternals = "answer.no-internals"
	idNoAddresses = "answer.no-addresses"
)

// Where it is said what an answer must not give away.
const (
	sourceHashes    = "https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html#introduction"
	sourceInternals = "https://cheatsheetseries.owasp.org/cheatsheets/Error_Handling_Cheat_Sheet.html#objective"
	sourceAddresses = "https://cheatsheetseries.owasp.org/cheatsheets/Authentication_Cheat_Sheet.html#authentication-and-error-messages"
)

// hashes are members and values by which a stored password or a private key is
// known. A public key and a hash of contents are neither.
var hashes = regexp.MustCompile(`(?i)"(hashed[_-]?pass(word|wd)?|pass(word|wd)?[_-]?(hash|digest|salt|scrypt|bcrypt|argon2?)|private[_-]?key)"\s*:\s*"|` +
	`\$(2[aby]|argon2(id?|d)|scrypt|pbkdf2[a-z0-9-]*)\$|-----BEGIN [A-Z ]*PRIVATE KEY-----`)

// internals are what only a server's own log should hold: text of databases,
// and places in a program.
var internals = regexp.MustCompile(`(?i)UNIQUE constraint failed|SQLITE_[A-Z]+|violates unique constraint|duplicate key value|near "[^"]*": syntax error|` +
	`\bat [^\n"]*\.(js|ts|mjs):\d+:\d+|Traceback \(most recent call last\)|goroutine \d+ \[|panicked at|node_modules/|\b[\w/.-]+\.(go|rs|py):\d+`)

// runAddress is an address of an account that a run has made.
var runAddress = regexp.MustCompile(`(?i)\bpc[a-z2-9]{6,}@[a-z0-9.-]+[a-z0-9]`)

// noHashes adds what no answer may give away, whatever it is about.
func (b *builder) noHashes() {
	b.add(obligation{idNoHashes, "No answer holds the hash of a password or a private key.", reports.Must, reports.Security, sourceHashes}, b.anyAnswer)
}

// refusalsGiveNothingAway adds what no refusal may.
func (b *builder) refusalsGiveNothingAway() {
	b.add(obligation{idNoInternals, "No refusal holds text of the server's database or places in its program.", reports.Should, reports.Security, sourceInternals}, b.anyAnswer)
	b.add(obligation{idNoAddresses, "No refusal tells somebody without a credential an e-mail address that they didn't send.", reports.Must, reports.Security, sourceAddresses}, b.anyAnswer)
}

// maxSearched is how much of an answer is searched for what it gives away, in
// bytes: more than any account server has to say.
const maxSearched = 16 << 10

// given judges an answer by what it gives away.
func (o *observation) given() {
	exchange := o.exchange
	body := string(exchange.Body[:min(len(exchange.Body), maxSearched)])
	if hashes.MatchString(body) {
		o.find(idNoHashes, "no hash of a password and no private key in an answer", "one stands in the answer")
	}
	if exchange.Succeeded() {
		return
	}
	if found := internals.FindString(body); found != "" {
		o.find(idNoInternals, "a refusal in words for clients", "it holds "+found)
	}
	sent := strings.ToLower(string(exchange.Request.Body()))
	for _, address := range runAddress.FindAllString(body, -1) {
		if exchange.Request.Authorization == "" && !strings.Contains(sent, strings.ToLower(address)) {
			o.find(idNoAddresses, "no e-mail address that the caller didn't send", "the address of an account stands in the answer")
		}
	}
}

// AddressesBeside are the addresses of accounts of a run that stand in a text,
// but for one.
func AddressesBeside(own, text string) []string {
	return slices.DeleteFunc(runAddress.FindAllString(text, -1), func(found string) bool { return strings.EqualFold(found, own) })
}
