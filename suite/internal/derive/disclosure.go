package derive

import (
	"context"
	"crypto/md5"  //nolint:gosec // what servers store that do so, not what we do
	"crypto/sha1" //nolint:gosec // likewise
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"regexp"
	"slices"
	"strings"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
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
	`\$(2[aby]|argon2(id?|d)|scrypt|pbkdf2[a-z0-9-]*)\$|\$(1|5|6|7|y|gy)\$[^\s"$]+\$[./a-z0-9]{20}|` +
	`\b(scrypt|bcrypt|argon2(id?|d)?|pbkdf2([:_-]?(hmac-)?sha\d+)?)[:$][a-z0-9+/=]{4}|-----BEGIN [A-Z ]*PRIVATE KEY-----`)

// hashWords are of which one stands in whatever the expression finds, in small
// letters. Nearly all answers hold none, which is far quicker to see.
var hashWords = []string{"$", "pass", "private", "scrypt", "bcrypt", "argon2", "pbkdf2"}

// Digests that a mail has outside a link, as words of their own. Links are
// signed, and pictures named by such.
var (
	digests      = regexp.MustCompile(`(?i)(?:^|[\s"'(])([0-9a-f]{64}|[0-9a-f]{128})(?:$|[\s"'),.;])`)
	linksAndTags = regexp.MustCompile(`(?i)<[^>]*>|\b[a-z]+:\S+`)
)

// HoldsHash reports whether what a password is stored as stands in a text: in a
// form that is used for nothing else, or made of one of these passwords with
// nothing besides.
func HoldsHash(text string, passwords ...string) bool {
	lower := strings.ToLower(text)
	if holdsAny(lower, hashWords) && hashes.MatchString(text) {
		return true
	}
	for _, password := range passwords {
		for _, made := range []hash.Hash{md5.New(), sha1.New(), sha256.New(), sha512.New()} { //nolint:gosec // what servers store that do so, not what we do
			made.Write([]byte(password))
			sum := made.Sum(nil)
			if strings.Contains(lower, hex.EncodeToString(sum)) || strings.Contains(text, base64.RawStdEncoding.EncodeToString(sum)) {
				return true
			}
		}
	}
	return false
}

func holdsAny(text string, words []string) bool {
	return slices.ContainsFunc(words, func(word string) bool { return strings.Contains(text, word) })
}

// DigestsIn are the words of a text that look like the digest of something, links
// left aside.
func DigestsIn(text string) []string {
	var found []string
	for _, match := range digests.FindAllStringSubmatch(linksAndTags.ReplaceAllString(text, " "), -1) {
		found = append(found, match[1])
	}
	return found
}

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
}

// noAddresses adds what nobody may be told who hasn't shown who they are. Some
// account has to be there whose address could be told.
func (b *builder) noAddresses() {
	b.add(obligation{idNoAddresses, "Nobody without a credential, password or code is told an e-mail address that they didn't send.", reports.Must, reports.Security, sourceAddresses},
		func(ctx context.Context, t *spec.Trial) {
			t.Attempt(ctx, func(ctx context.Context, t *spec.Trial) {
				_, err := t.Target().Shared(ctx, t)
				t.Unless(err)
			})
			b.anyAnswer(ctx, t)
			if b.recipe.Placeholder != nil { // the valid request may carry a credential that nobody asks for
				t.Attempt(ctx, func(ctx context.Context, t *spec.Trial) { t.Do(ctx, b.recipe.Placeholder(t)) })
			}
		})
}

// maxSearched is how much of an answer is searched for what it gives away, in
// bytes: more than any account server has to say.
const maxSearched = 16 << 10

// given judges an answer by what it gives away.
func (o *observation) given() {
	exchange := o.exchange
	body := string(exchange.Body[:min(len(exchange.Body), maxSearched)])
	var passwords []string
	if password, given := exchange.Request.Input["password"].(string); given && len(password) >= shortestSecret && body != "" {
		passwords = append(passwords, password)
	}
	if HoldsHash(body, passwords...) {
		o.find(idNoHashes, "no hash of a password and no private key in an answer", "one stands in the answer")
	}
	if !exchange.Succeeded() {
		if found := internals.FindString(body); found != "" {
			o.find(idNoInternals, "a refusal in words for clients", "it holds "+found)
		}
	}
	if !strings.Contains(body, "@") || hasCredential(exchange.Request) || exchange.Succeeded() && showsWho(exchange.Request) {
		return
	}
	sent := strings.ToLower(string(exchange.Request.Body()))
	for _, address := range runAddress.FindAllString(body, -1) {
		if !strings.Contains(sent, strings.ToLower(address)) {
			o.find(idNoAddresses, "no e-mail address that the caller didn't send", "the address of an account stands in the answer")
		}
	}
}

// hasCredential reports whether a request has one, or several.
func hasCredential(request xrpc.Request) bool {
	return request.Authorization != "" || request.Header.Get("Authorization") != ""
}

// showsWho reports whether a request has a password or a code beside its
// credential.
func showsWho(request xrpc.Request) bool {
	for name := range request.Input {
		if xrpc.IsSecret(name) {
			return true
		}
	}
	return false
}

// AddressesBeside are the addresses of accounts of a run that stand in a text,
// but for one.
func AddressesBeside(own, text string) []string {
	return slices.DeleteFunc(runAddress.FindAllString(text, -1), func(found string) bool { return strings.EqualFold(found, own) })
}
