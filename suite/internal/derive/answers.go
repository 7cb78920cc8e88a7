package derive

import (
	"context"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
)

// The requirements on every answer of a method, judged by Observer.
const (
	idAnswered       = "http.answered"
	idNoServerError  = "http.no-server-error"
	idEnvelope       = "error.envelope"
	idErrorMediaType = "error.media-type"
	idNoSecrets      = "answer.no-secrets"
)

// answers adds what holds for every answer of the method. Their evidence is
// every answer of the run; the cases here make sure that there is some, from
// the method's own requests.
func (b *builder) answers() {
	b.add(protocol(reports.Must, idAnswered, "Every request is answered, completely and with success or an error.", sourceStatus), b.anyAnswer)
	b.add(protocol(reports.Must, idNoServerError, "No request, however wrong, is answered with a fault of the server (5xx).", sourceStatus), b.anyAnswer)
	b.add(obligation{idNoSecrets, "No answer repeats the password, code or credential that the caller sent.",
		reports.Should, reports.Security, sourceErrors}, b.anyAnswer)
	b.add(protocol(reports.Must, idEncoding, "An answer is compressed as its Content-Encoding says, or names none: who undoes it otherwise reads nothing.",
		"https://www.rfc-editor.org/rfc/rfc9110#section-8.4"), b.anyAnswer)
	b.noHashes()
	b.noAddresses()
	if b.recipe.Credential == spec.NoCredential && b.method.Input == nil && b.method.Params == nil {
		return // nothing in a request to it can be wrong
	}
	b.refusalsGiveNothingAway()
	b.add(protocol(reports.Must, idEnvelope, `An error is a JSON object with a string "error" and, where it is there, a string "message".`, sourceErrors), b.anyRefusal)
	b.add(protocol(reports.Must, idErrorMediaType, "An error is sent as application/json.", sourceErrors), b.anyRefusal)
}

// anyAnswer sends the method's own requests, valid and broken.
func (b *builder) anyAnswer(ctx context.Context, t *spec.Trial) {
	sent := t.Attempt(ctx, func(ctx context.Context, t *spec.Trial) { t.Baseline(ctx, b.method.NSID) })
	b.sendBroken(ctx, t)
	if !sent && len(t.Exchanges()) == 0 {
		t.Need(b.recipe.Needs...)
	}
}

func (b *builder) sendBroken(ctx context.Context, t *spec.Trial) {
	for _, broken := range b.broken {
		t.Attempt(ctx, func(ctx context.Context, t *spec.Trial) { b.send(ctx, t, broken) })
	}
	if b.recipe.Credential != spec.NoCredential {
		t.Attempt(ctx, func(ctx context.Context, t *spec.Trial) { b.sendWithout(ctx, t) })
	}
}

// anyRefusal is anyAnswer where at least one error is wanted.
func (b *builder) anyRefusal(ctx context.Context, t *spec.Trial) {
	b.anyAnswer(ctx, t)
	for _, exchange := range t.Exchanges() {
		if exchange.Answered() && !exchange.Succeeded() {
			return
		}
	}
	t.NotObserved("the target answered no request with an error")
}
