package behaviour

import (
	"context"
	"math/big"
	"strings"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/target"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// codesSeen is how many codes are held against each other.
const codesSeen = 3

// codesUnguessable asks that a mailed code can't be guessed from its length, nor
// from another one. Whoever knows it has the account, or confirms an address that
// is somebody else's.
func codesUnguessable(
	topic target.Topic, whose func(context.Context, *spec.Trial) *target.Account,
	request func(context.Context, *spec.Trial, *target.Account) xrpc.Request,
) scenario {
	return scenario{
		id: "code.unguessable", title: "Mailed codes are long enough, and don't follow from each other.",
		level: reports.Must, authority: reports.Security, source: sourceRandom, needs: withMail,
		run: func(ctx context.Context, t *spec.Trial) {
			var codes []string
			for range codesSeen {
				account := whose(ctx, t)
				codes = append(codes, mailedCode(ctx, t, account.Email, topic, request(ctx, t, account)))
			}
			if problem := guessable(codes); problem != "" {
				t.Fail("codes that nobody can guess", problem)
			}
		},
	}
}

func borrowed(ctx context.Context, t *spec.Trial) *target.Account { return t.Borrow(ctx) }

// guessable says what is wrong with codes that were mailed one after the other,
// and not what they are.
func guessable(codes []string) string {
	longest := 0
	for i, code := range codes {
		code = loose(code)
		longest = max(longest, bitsOf(code))
		if i > 0 && code == loose(codes[i-1]) {
			return "two accounts got the same code"
		}
	}
	if longest < leastBits {
		return "codes of so few characters that a million guesses find one"
	}
	steps := 0
	for i := 1; i < len(codes); i++ {
		if step, counted := stepBetween(loose(codes[i-1]), loose(codes[i])); counted && step.CmpAbs(big.NewInt(closest)) <= 0 {
			steps++
		}
	}
	if steps == len(codes)-1 {
		return "codes that were mailed one after the other are counted up"
	}
	return ""
}

const (
	// leastBits are those of six digits, which the reference server of April 2023
	// mailed. The longest code counts: leading zeros may be left out.
	leastBits = 19
	// closest is how near to each other codes are that a server counts.
	closest = 100
)

// bitsOf is about how many bits of chance a code of that form may have.
func bitsOf(code string) int {
	if strings.Trim(code, "0123456789") == "" {
		return len(code) * 332 / 100
	}
	return len(code) * 5
}

// stepBetween is the distance of two codes as numbers of base 36.
func stepBetween(earlier, later string) (*big.Int, bool) {
	const base = 36
	one, ok := new(big.Int).SetString(earlier, base)
	other, okay := new(big.Int).SetString(later, base)
	if !ok || !okay || len(earlier) != len(later) {
		return nil, false
	}
	return new(big.Int).Sub(other, one), true
}
