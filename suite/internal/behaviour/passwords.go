package behaviour

import (
	"context"
	"fmt"
	"strings"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/check"
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

// accountWith is an account that was signed up with a password, once in a run;
// a server may refuse it.
func accountWith(ctx context.Context, t *spec.Trial, what string, password func() string) *target.Account {
	return spec.Once(ctx, t, "account with "+what, func(ctx context.Context, t *spec.Trial) *target.Account {
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
	})
}

// accountWithLong has the longest password that the target takes.
func accountWithLong(ctx context.Context, t *spec.Trial) *target.Account {
	var account *target.Account
	for _, length := range []int{longPassword, shortPassword} {
		if t.Attempt(ctx, func(ctx context.Context, t *spec.Trial) {
			account = accountWith(ctx, t, fmt.Sprintf("a password of %d letters", length), func() string { return passwordOf(t, length) })
		}) {
			return account
		}
	}
	return accountWith(ctx, t, fmt.Sprintf("a password of %d letters", shortPassword), nil) // which ends the trial as before
}

// signUpPasswords are the requirements on what counts in a password.
func signUpPasswords() []scenario {
	scenarios := []scenario{
		usable("password.long.works", "A long password that was accepted at sign-up logs in.", accountWithLong),
		usable("password.unicode.works", "A password of letters outside ASCII that was accepted at sign-up logs in.", accountWithUnicode),
		usable("password.blanks.work", "A password with blanks around it that was accepted at sign-up logs in.", accountWithBlanks),
		usable("password.nul.works", "A password with NUL in it that was accepted at sign-up logs in.", accountWithNUL),
		counting("password.unicode.counts", "In a password, letters outside ASCII count.", reports.Must, accountWithUnicode,
			func(password string) string { return strings.Replace(password, "ä", "ö", 1) }),
		counting("password.blanks.count", "In a password, the blanks around it count.", reports.Should, accountWithBlanks, strings.TrimSpace),
		counting("password.nul.counts", "In a password, what follows NUL counts.", reports.Must, accountWithNUL,
			func(password string) string { return password[:len(password)-1] }),
	}
	for _, cut := range cuts() {
		scenarios = append(scenarios, counting(fmt.Sprintf("password.counts-after-%d", cut),
			fmt.Sprintf("In a password, the letters after the first %d count.", cut), reports.Must,
			func(ctx context.Context, t *spec.Trial) *target.Account {
				account := accountWithLong(ctx, t)
				if len(account.Password) <= cut {
					t.NotObserved("the target takes no password of more than %d letters", cut)
				}
				return account
			}, func(password string) string { return otherAfter(password, cut) }))
	}
	return scenarios
}

func accountWithUnicode(ctx context.Context, t *spec.Trial) *target.Account {
	return accountWith(ctx, t, "a password of letters outside ASCII", func() string { return t.Target().NewPassword() + "ä中😀" })
}

func accountWithBlanks(ctx context.Context, t *spec.Trial) *target.Account {
	return accountWith(ctx, t, "a password with blanks around it", func() string { return "  " + t.Target().NewPassword() + "  " })
}

func accountWithNUL(ctx context.Context, t *spec.Trial) *target.Account {
	return accountWith(ctx, t, "a password with NUL in it", func() string { return t.Target().NewPassword() + "\x00xy" })
}

// usable asks that a password which was accepted can be used.
func usable(id, title string, account func(context.Context, *spec.Trial) *target.Account) scenario {
	return scenario{
		id: id, title: title, level: reports.Must, authority: reports.Security, source: "input.password", needs: signUp,
		run: func(ctx context.Context, t *spec.Trial) {
			made := account(ctx, t)
			t.Expect(logIn(ctx, t, made.Handle, made.Password), check.Member("did", made.DID))
		},
	}
}

// counting asks that a password which differs in one place is refused, where
// the right one is accepted.
func counting(id, title string, level reports.Level, account func(context.Context, *spec.Trial) *target.Account, change func(string) string) scenario {
	return scenario{
		id: id, title: title, level: level, authority: reports.Security, source: "input.password", needs: signUp,
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
