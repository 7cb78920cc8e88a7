package behaviour

import (
	"context"
	"fmt"
	"strings"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/check"
	"github.com/pdsconform/pdsconform/suite/internal/derive"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/target"
)

// The lengths of the passwords that are tried: the longer one is within what
// most servers take, the shorter one past what bcrypt reads.
const (
	longPassword  = 240
	shortPassword = 80
)

// cuts are where servers are known to stop reading a password: crypt(3), block
// ciphers and hashes, bcrypt, and columns of a database.
func cuts() []int { return []int{8, 64, 72, 128, 200} }

// passwordOf makes a password of that many letters.
func passwordOf(t *spec.Trial, length int) string {
	var password strings.Builder
	for password.Len() < length {
		password.WriteString(t.Target().NewPassword())
	}
	made := password.String()[:length]
	t.Target().Client().Secrets().Add(made, "password")
	return made
}

// otherAfter changes the one letter after the first so many.
func otherAfter(password string, cut int) string {
	letter := "A"
	if password[cut] == 'A' {
		letter = "B"
	}
	return password[:cut] + letter + password[cut+1:]
}

// withPassword is an account that was given a password; a server may refuse it.
type withPassword func(ctx context.Context, t *spec.Trial, what string, password func() string) *target.Account

// signedUp is an account that was signed up with a password.
func signedUp(ctx context.Context, t *spec.Trial, what string, password func() string) *target.Account {
	identity := t.Target().NewIdentity()
	identity.Password = password()
	request, err := t.Target().SignUpRequest(ctx, t, identity)
	t.Unless(err)
	exchange := t.Do(ctx, request)
	if exchange.Refused() {
		t.NotObserved("the target refuses %s: %s", what, check.Answer(exchange))
	}
	account, err := t.Target().Adopt(identity, exchange)
	t.Unless(err)
	return account
}

// signedUpOnce is signedUp once in a run.
func signedUpOnce(ctx context.Context, t *spec.Trial, what string, password func() string) *target.Account {
	return spec.Once(ctx, t, "account with "+what, func(ctx context.Context, t *spec.Trial) *target.Account {
		return signedUp(ctx, t, what, password)
	})
}

// resetOnce is an account whose password was set by a mailed code, once in a run.
func resetOnce(ctx context.Context, t *spec.Trial, what string, password func() string) *target.Account {
	return spec.Once(ctx, t, "account reset to "+what, func(ctx context.Context, t *spec.Trial) *target.Account {
		account := fresh(ctx, t)
		exchange := reset(ctx, t, account, resetCode(ctx, t, account), password())
		if exchange.Refused() {
			t.NotObserved("the target refuses %s: %s", what, check.Answer(exchange))
		}
		t.Rely(exchange)
		return account
	})
}

// withLong gives an account the longest password that the target takes.
func withLong(ctx context.Context, t *spec.Trial, give withPassword) *target.Account {
	of := func(ctx context.Context, t *spec.Trial, length int) *target.Account {
		return give(ctx, t, fmt.Sprintf("a password of %d letters", length), func() string { return passwordOf(t, length) })
	}
	var account *target.Account
	if t.Attempt(ctx, func(ctx context.Context, t *spec.Trial) { account = of(ctx, t, longPassword) }) {
		return account
	}
	return of(ctx, t, shortPassword)
}

// unusualPassword is one of letters that servers are known to lose.
type unusualPassword struct {
	works, counts, what string // works and counts are IDs
	title               string // what counts
	level               reports.Level
	make                func(password string) string
	change              func(password string) string
}

func unusualPasswords() []unusualPassword {
	return []unusualPassword{
		{"password.unicode.works", "password.unicode.counts", "a password of letters outside ASCII", "letters outside ASCII count", reports.Must,
			func(password string) string { return password + "ä中😀" },
			func(password string) string { return strings.Replace(password, "ä", "ö", 1) }},
		{"password.blanks.work", "password.blanks.count", "a password with blanks around it", "the blanks around it count", reports.Should,
			func(password string) string { return "  " + password + "  " }, strings.TrimSpace},
		{"password.signs.work", "password.signs.count", "a password with signs that URLs are written with", "signs that URLs are written with count", reports.Must,
			func(password string) string { return password + "+%2B&a=b" },
			func(password string) string { return strings.Replace(password, "+", " ", 1) }},
		{"password.nul.works", "password.nul.counts", "a password with NUL in it", "what follows NUL counts", reports.Must,
			func(password string) string { return password + "\x00xy" },
			func(password string) string { return password[:len(password)-1] }},
	}
}

// unusuals are the requirements on unusual passwords of a method by which one is
// set.
func unusuals(give withPassword, accepted string, needs []target.Capability) []scenario {
	var scenarios []scenario
	for _, unusual := range unusualPasswords() {
		account := func(ctx context.Context, t *spec.Trial) *target.Account {
			return give(ctx, t, unusual.what, func() string {
				password := unusual.make(t.Target().NewPassword())
				t.Target().Client().Secrets().Add(password, "password")
				return password
			})
		}
		scenarios = append(scenarios,
			usable(unusual.works, "A"+unusual.what[1:]+" that was accepted at "+accepted+" logs in.", needs, account),
			counting(unusual.counts, "In a password, "+unusual.title+".", unusual.level, needs, account, unusual.change))
	}
	return scenarios
}

// signUpPasswords are the requirements on what counts in a password.
func signUpPasswords() []scenario {
	long := func(ctx context.Context, t *spec.Trial) *target.Account { return withLong(ctx, t, signedUpOnce) }
	scenarios := append(unusuals(signedUpOnce, "sign-up", signUp),
		usable("password.long.works", "A long password that was accepted at sign-up logs in.", signUp, long))
	for _, cut := range cuts() {
		scenarios = append(scenarios, counting(fmt.Sprintf("password.counts-after-%d", cut),
			fmt.Sprintf("In a password, the letters after the first %d count.", cut), reports.Must, signUp,
			func(ctx context.Context, t *spec.Trial) *target.Account {
				account := long(ctx, t)
				longerThan(t, account, cut)
				return account
			}, func(password string) string { return otherAfter(password, cut) }))
	}
	return scenarios
}

// longerThan ends the trial where an account's password does not reach a cut.
func longerThan(t *spec.Trial, account *target.Account, cut int) {
	if len(account.Password) <= cut {
		t.NotObserved("the target takes no password of more than %d letters", cut)
	}
}

// nearPassword is one that is nearly the right one, and a secret like it.
func nearPassword(t *spec.Trial, near derive.NearPassword, password string) string {
	other, differs := near.Of(password)
	if !differs {
		t.NotObserved("the password has no letters")
	}
	t.Target().Client().Secrets().Add(other, "password")
	return other
}

// usable asks that a password which was accepted can be used.
func usable(id, title string, needs []target.Capability, account func(context.Context, *spec.Trial) *target.Account) scenario {
	return scenario{
		id: id, title: title, level: reports.Must, authority: reports.Security, source: "input.password", needs: needs,
		run: func(ctx context.Context, t *spec.Trial) {
			made := account(ctx, t)
			t.Expect(logIn(ctx, t, made.Handle, made.Password), check.Member("did", made.DID))
		},
	}
}

// counting asks that a password which differs in one place is refused, where
// the right one is accepted.
func counting(id, title string, level reports.Level, needs []target.Capability, account func(context.Context, *spec.Trial) *target.Account, change func(string) string) scenario {
	return scenario{
		id: id, title: title, level: level, authority: reports.Security, source: "input.password", needs: needs,
		run: func(ctx context.Context, t *spec.Trial) {
			made := account(ctx, t)
			spec.Once(ctx, t, "log-in of "+made.Handle, func(ctx context.Context, t *spec.Trial) bool {
				t.Rely(logIn(ctx, t, made.Handle, made.Password))
				return true
			})
			other := change(made.Password)
			t.Target().Client().Secrets().Add(other, "password")
			t.Expect(logIn(ctx, t, made.Handle, other), check.Refused())
		},
	}
}

// resetPasswordCounts sets a long password by a mailed code.
func resetPasswordCounts(ctx context.Context, t *spec.Trial) {
	account := t.Borrow(ctx)
	password := passwordOf(t, shortPassword)
	exchange := reset(ctx, t, account, resetCode(ctx, t, account), password)
	if exchange.Refused() {
		t.NotObserved("the target takes no password of %d letters: %s", shortPassword, check.Answer(exchange))
	}
	t.Expect(exchange, check.Succeeds())
	t.ExpectThat("logging in with the new password", logIn(ctx, t, account.Handle, password), check.Member("did", account.DID))
	for _, cut := range cuts() {
		if cut < shortPassword {
			t.ExpectThat(fmt.Sprintf("with another letter after the first %d", cut), logIn(ctx, t, account.Handle, otherAfter(password, cut)), check.Refused())
		}
	}
}

// deletionCuts ask that a deletion looks at the whole of a long password.
func deletionCuts() []scenario {
	var scenarios []scenario
	for _, cut := range cuts() {
		scenarios = append(scenarios, scenario{
			id: fmt.Sprintf("password.counts-after-%d", cut), title: fmt.Sprintf("In the password, the letters after the first %d count.", cut),
			level: reports.Must, authority: reports.Security, source: sourcePasswords, needs: withMail,
			run: func(ctx context.Context, t *spec.Trial) {
				kept := deletableWithLong(ctx, t)
				longerThan(t, kept.account, cut)
				other := otherAfter(kept.account.Password, cut)
				t.Target().Client().Secrets().Add(other, "password")
				t.Expect(remove(ctx, t, session(ctx, t, kept.account).Access, kept.account.DID, other, kept.code), check.Refused())
			},
		})
	}
	return scenarios
}

// deletableWithLong is an account of a long password, with a code for its deletion.
// The code is good for one deletion, so that of several passwords which are taken
// for the right one the first is found out.
func deletableWithLong(ctx context.Context, t *spec.Trial) deletable {
	return whileTheClockStands(ctx, t, "account of a long password with a code for its deletion", func(ctx context.Context, t *spec.Trial) deletable {
		return withDeletionCode(ctx, t, withLong(ctx, t, signedUp))
	})
}
