package derive

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/check"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/target"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// Where the form of an Authorization header is described.
const (
	sourceAuthorization = "https://www.rfc-editor.org/rfc/rfc9110#section-11.6.2"
	sourceJWT           = "https://www.rfc-editor.org/rfc/rfc7519#section-7.2"
)

// longCredential is within what servers read of a header, and longer than what
// any of them issues.
const longCredential = 8000

// fromPage is the credential that is sent as a page would send it, so that one
// request shows that it is refused and who may read that.
const fromPage = "garbage"

// credential is a value of the Authorization header that is no good. It is
// sent once in a run to each method that asks for one.
type credential struct {
	suffix string
	title  string
	level  reports.Level
	source string
	needs  []target.Capability
	make   func(context.Context, *spec.Trial) string
}

// schemeCase asks that the name of the scheme is compared as HTTP says.
func (b *builder) schemeCase() {
	nsid := b.method.NSID
	b.add(protocol(reports.Should, "auth.scheme-case", "The name of the scheme may come in small letters: its letter case makes no difference.",
		"https://www.rfc-editor.org/rfc/rfc9110#section-11.1"), func(ctx context.Context, t *spec.Trial) {
		t.Need(b.recipe.Needs...)
		t.Baseline(ctx, nsid)
		request := t.UnusedRequest(ctx, nsid)
		scheme, rest, _ := strings.Cut(request.Authorization, " ")
		exchange := t.Do(ctx, request.WithAuthorization(strings.ToLower(scheme)+" "+rest))
		t.AfterSuccess(ctx, nsid, exchange)
		b.expectAsWithout(ctx, t, exchange, request)
	})
}

// badCredentials are the headers that a server gets from clients with a fault,
// and from those who try what they can do.
func (b *builder) badCredentials() {
	if b.recipe.Credential == spec.AdminBasic {
		b.badAdminCredentials()
		return
	}
	for _, bad := range malformedTokens() {
		b.badCredential(bad)
	}
	for _, scheme := range []struct{ suffix, title, prefix string }{
		{"scheme-missing", "A token without the scheme Bearer before it is refused.", ""},
		{"scheme-unknown", "A token under a scheme that nobody knows is refused.", "Token "},
		{"scheme-dpop", "A bearer token under the scheme DPoP, without a proof, is refused.", "DPoP "},
	} {
		b.badCredential(credential{scheme.suffix, scheme.title, reports.Should, sourceAuthorization, b.recipe.Needs,
			func(ctx context.Context, t *spec.Trial) string { return scheme.prefix + b.rightToken(ctx, t) }})
	}
	b.badCredential(credential{"other-algorithm", "A token whose header names another algorithm than it was signed with is refused.",
		reports.Must, sourceJWT, b.recipe.Needs,
		func(ctx context.Context, t *spec.Trial) string {
			return "Bearer " + otherAlgorithm(t, b.rightToken(ctx, t))
		}})
	b.unusualCredential("two-spaces", "A token after two spaces is accepted or refused, and is no fault of the server.", sourceAuthorization,
		func(request xrpc.Request) xrpc.Request {
			return request.WithAuthorization(strings.Replace(request.Authorization, " ", "  ", 1))
		})
	b.unusualCredential("two-headers", "A request with two Authorization headers is accepted or refused, and is no fault of the server.",
		"https://www.rfc-editor.org/rfc/rfc9110#section-5.3", func(request xrpc.Request) xrpc.Request {
			header := request.Header.Clone()
			if header == nil {
				header = map[string][]string{}
			}
			header["Authorization"] = []string{request.Authorization, "Bearer garbage"}
			request.Header = header
			return request.WithAuthorization("")
		})
}

// malformedTokens need no account.
func malformedTokens() []credential {
	always := func(value string) func(context.Context, *spec.Trial) string {
		return func(context.Context, *spec.Trial) string { return value }
	}
	return []credential{
		{"scheme-alone", "The scheme without a token behind it is refused.", reports.Must, sourceAuthorization, nil, always("Bearer")},
		{"empty-parts", "A token of three empty parts is refused.", reports.Must, sourceJWT, nil, always("Bearer ..")},
		{"no-claims", "A token without claims is refused.", reports.Must, sourceJWT, nil, always("Bearer " + writeJWT(`{}`))},
		{"claims-ill-typed", "A token whose claims are of other types is refused.", reports.Must, sourceJWT, nil,
			always("Bearer " + writeJWT(`{"sub":1,"scope":["com.atproto.access"],"exp":"never","iat":null,"jti":{}}`))},
		{"claims-no-object", "A token whose claims are no object is refused.", reports.Must, sourceJWT, nil, always("Bearer " + writeJWT(`[]`))},
		{"not-ascii", "A credential of letters that no token has is refused.", reports.Must, sourceAuthorization, nil, always("Bearer t\xf6ken\xff")},
		{"long", fmt.Sprintf("A credential of %d letters is refused.", longCredential), reports.Must, sourceAuthorization, nil,
			always("Bearer " + strings.Repeat("a", longCredential))},
	}
}

func (b *builder) badAdminCredentials() {
	basic := func(text string) func(context.Context, *spec.Trial) string {
		return func(context.Context, *spec.Trial) string {
			return "Basic " + base64.StdEncoding.EncodeToString([]byte(text))
		}
	}
	always := func(value string) func(context.Context, *spec.Trial) string {
		return func(context.Context, *spec.Trial) string { return value }
	}
	const source = "https://www.rfc-editor.org/rfc/rfc7617#section-2"
	for _, bad := range []credential{
		{"scheme-alone", "The scheme without a name and password behind it is refused.", reports.Must, source, nil, always("Basic")},
		{"not-base64", "A credential that is no base64 is refused.", reports.Must, source, nil, always("Basic %%%")},
		{"no-colon", "A credential without a colon is refused.", reports.Must, source, nil, basic("admin")},
		{"not-utf8", "A credential that is no UTF-8 is refused.", reports.Must, source, nil, basic("\xff\xfe:\xff")},
		{"long", fmt.Sprintf("A credential of %d letters is refused.", longCredential), reports.Must, source, nil,
			basic("admin:" + strings.Repeat("a", longCredential*3/4))},
	} {
		b.badCredential(bad)
	}
	b.badCredential(credential{"admin-bearer", "The admin's password is refused as a bearer token.", reports.Should, source,
		[]target.Capability{target.Admin}, func(_ context.Context, t *spec.Trial) string { return "Bearer " + t.Target().AdminPassword() }})
}

// badCredential adds the refusal of a credential, in which form soever.
func (b *builder) badCredential(bad credential) {
	b.credentials = append(b.credentials, bad)
	o := obligation{"auth." + bad.suffix, bad.title, bad.level, reports.Security, bad.source}
	b.add(o, func(ctx context.Context, t *spec.Trial) {
		t.Expect(b.sendCredential(ctx, t, bad), check.Refused())
	})
}

// sendCredential sends a credential that is no good, once in a run. Where it is
// one that a server could mistake for the right one, the right one was seen to
// be accepted.
func (b *builder) sendCredential(ctx context.Context, t *spec.Trial, bad credential) xrpc.Exchange {
	return spec.Once(ctx, t, "credential "+bad.suffix+" "+b.method.NSID, func(ctx context.Context, t *spec.Trial) xrpc.Exchange {
		t.Need(bad.needs...)
		if len(bad.needs) > 0 {
			b.baselineIfPossible(ctx, t)
		}
		var more []change
		if bad.suffix == fromPage {
			more = append(more, func(request xrpc.Request) xrpc.Request { return request.WithHeader("Origin", pageOrigin) })
		}
		exchange := b.sendAs(ctx, t, bad.make(ctx, t), more...)
		if exchange.Succeeded() {
			t.Target().ImpersonatedTaken()
		}
		return exchange
	})
}

// unusualCredential adds that the right credential in an unusual form is no
// fault of the server. HTTP leaves it open whether it is good.
func (b *builder) unusualCredential(suffix, title, source string, apply change) {
	nsid := b.method.NSID
	b.add(protocol(reports.Must, "auth."+suffix, title, source), func(ctx context.Context, t *spec.Trial) {
		t.Need(b.recipe.Needs...)
		t.Baseline(ctx, nsid)
		exchange := t.Do(ctx, apply(t.ValidRequest(ctx, nsid)))
		t.AfterSuccess(ctx, nsid, exchange)
		t.Expect(exchange, check.NoFault())
	})
}

// rightToken is the token that a valid request would carry.
func (b *builder) rightToken(ctx context.Context, t *spec.Trial) string {
	_, token, _ := strings.Cut(t.ValidRequest(ctx, b.method.NSID).Authorization, " ")
	return token
}

// notCalledExpired asks that what is no good for another reason than its age is
// not called expired: clients refresh then, in vain, and for ever.
func (b *builder) notCalledExpired() {
	b.add(obligation{"auth.not-called-expired", "A credential that is no good, but not expired, is refused by another name than ExpiredToken.",
		reports.Should, reports.Reference, sourceAuth}, func(ctx context.Context, t *spec.Trial) {
		for _, bad := range b.credentials {
			var exchange xrpc.Exchange
			if t.Attempt(ctx, func(ctx context.Context, t *spec.Trial) { exchange = b.sendCredential(ctx, t, bad) }) &&
				exchange.ErrorName() == "ExpiredToken" {
				t.Fail("another name than ExpiredToken where nothing has expired ("+bad.title+")", check.Answer(exchange))
			}
		}
	})
}
