package derive

import (
	"context"
	"net/http"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/check"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
)

// checkFunc is how a case looks at the target.
type checkFunc = func(context.Context, *spec.Trial)

// success asks that a valid request succeeds: all that is shown by
// breaking one rests on it.
func (b *builder) success() {
	nsid := b.method.NSID
	b.add(must("success", "A well-formed request by somebody entitled to it succeeds.", b.purpose()),
		func(ctx context.Context, t *spec.Trial) {
			if b.recipe.Credential == spec.AdminBasic && t.Target().AdminPassword() != "" {
				// The user vouches for the credential: a refusal of it is the target's.
				exchange := t.Do(ctx, b.recipe.Request(ctx, t))
				t.Expect(exchange, check.Succeeds())
				t.AfterSuccess(ctx, nsid, exchange)
				return
			}
			b.baseline(ctx, t)
		})
	b.add(protocol(reports.Should, "success.status", "Success is answered with the status 200.", sourceStatus),
		func(ctx context.Context, t *spec.Trial) {
			exchange := b.baseline(ctx, t).Exchange
			if b.method.Output == nil && exchange.Status == http.StatusNoContent && len(exchange.Body) == 0 {
				return // which says that there is nothing to say
			}
			t.Expect(exchange, check.StatusIs(http.StatusOK))
		})
}

// baseline is a valid request that succeeded; where none could be made, the
// trial ends.
func (b *builder) baseline(ctx context.Context, t *spec.Trial) spec.Baseline {
	baseline := t.Baseline(ctx, b.method.NSID)
	if baseline.Placeholder {
		t.Need(b.recipe.Needs...)
	}
	return baseline
}

// purpose points at the words that say what the method is for, or that it is a
// method at all.
func (b *builder) purpose() lexicons.Pointer {
	if b.method.Description != "" {
		return b.method.At() + "/description"
	}
	return b.method.At() + "/type"
}
