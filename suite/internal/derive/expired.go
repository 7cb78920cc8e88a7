package derive

import (
	"context"
	"time"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/check"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/target"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// lifetime is past the life of any token of which nothing is known: refresh
// tokens of the reference server live 90 days.
const lifetime = 91 * 24 * time.Hour

// expired asks that a token is refused after the time that it states itself.
func (b *builder) expired(choose func(target.Session) (right, wrong string)) {
	needs := []target.Capability{target.Login, target.Clock}
	type answer struct {
		xrpc.Exchange
		stated bool // whether the token says when it expires
	}
	once := func(ctx context.Context, t *spec.Trial) answer {
		t.Need(needs...)
		b.baselineIfPossible(ctx, t)
		token, _ := choose(ExpiredSession(ctx, t))
		_, stated := Expiry(token)
		return answer{b.sendAs(ctx, t, "Bearer "+token), stated}
	}
	send := func(ctx context.Context, t *spec.Trial) (xrpc.Exchange, bool) {
		sent := spec.Once(ctx, t, "expired token "+b.method.NSID, once)
		return sent.Exchange, sent.stated
	}
	b.addWith(needs, b.security("expired", "A token is refused after the time that it states itself."), func(ctx context.Context, t *spec.Trial) {
		exchange, stated := send(ctx, t)
		if !stated && exchange.Succeeded() {
			t.NotObserved("the token does not say when it expires")
		}
		t.Expect(exchange, check.Refused())
	})
	b.addWith(needs, obligation{"auth.expired-named", "An expired token is refused with ExpiredToken, by which clients know to refresh.",
		reports.Should, reports.Reference, sourceAuth}, func(ctx context.Context, t *spec.Trial) {
		exchange, stated := send(ctx, t)
		if !stated && exchange.Succeeded() {
			t.NotObserved("the token does not say when it expires")
		}
		t.Expect(exchange, check.ErrorNamed("ExpiredToken"))
	})
}

// ExpiredSession returns a pair of tokens whose time has passed. The clock is
// moved once in a run for all who ask.
func ExpiredSession(ctx context.Context, t *spec.Trial) target.Session {
	return spec.Once(ctx, t, "expired session", func(ctx context.Context, t *spec.Trial) target.Session {
		t.Need(target.Login, target.Clock)
		account, err := t.Target().Impersonated(ctx, t)
		t.Unless(err)
		session, err := account.Login(ctx, t)
		t.Unless(err)
		t.Unless(t.Target().Advance(ctx, untilBothExpired(session)))
		return session
	})
}

func untilBothExpired(session target.Session) time.Duration {
	wait := lifetime
	for _, token := range []string{session.Access, session.Refresh} {
		parsed, ok := parseJWT(token)
		expires, hasExpiry := parsed.claims["exp"].(float64)
		issued, hasIssue := parsed.claims["iat"].(float64)
		if ok && hasExpiry && hasIssue {
			wait = max(wait, time.Duration(expires-issued)*time.Second+time.Minute)
		}
	}
	return wait
}
