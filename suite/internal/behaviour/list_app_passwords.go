package behaviour

import (
	"context"
	"slices"
	"strings"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/check"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

func listAppPasswords() endpoint {
	return endpoint{
		nsid: nsidListAppPasswords,
		recipe: spec.Recipe{
			Needs: login,
			Request: func(ctx context.Context, t *spec.Trial) xrpc.Request {
				// The list needs no more than a session, should none be in it.
				t.Attempt(ctx, func(ctx context.Context, t *spec.Trial) { standing(ctx, t) })
				return xrpc.Query(nsidListAppPasswords, nil).WithBearer(session(ctx, t, shared(ctx, t)).Access)
			},
			Empty: func(ctx context.Context, t *spec.Trial) xrpc.Request {
				return xrpc.Query(nsidListAppPasswords, nil).WithBearer(session(ctx, t, bareAccount(ctx, t)).Access)
			},
		},
		cases: []scenario{
			{
				id: "privileged.listed", title: "A privileged app password is listed as one, and an ordinary one is not.",
				level: reports.Should, authority: reports.Reference, in: "createAppPassword#input.privileged",
				source: "createAppPassword#input.privileged", needs: login, run: privilegesListed,
			},
			{
				id: "created.listed", title: "An app password is listed by its name once it is made.",
				level: reports.Must, authority: reports.Lexicon, source: "description", needs: login,
				run: func(ctx context.Context, t *spec.Trial) {
					account := shared(ctx, t)
					first, second := newAppPassword(ctx, t, account), newAppPassword(ctx, t, account)
					names, _ := listed(ctx, t, session(ctx, t, account).Access)
					for _, made := range []appPassword{first, second} {
						if !slices.Contains(names, made.Name) {
							t.Failf("the list to name "+made.Name, "names are %v", names)
						}
					}
				},
			},
			{
				id: "created.once", title: "An app password is listed once, with the time that its creation was answered with.",
				level: reports.Should, authority: reports.Reference, needs: login,
				run: func(ctx context.Context, t *spec.Trial) {
					access := session(ctx, t, shared(ctx, t)).Access
					made := t.Rely(askAppPassword(ctx, t, access, t.Target().NewName("app")))
					names, exchange := listed(ctx, t, access)
					times, found := members(exchange, "passwords", "createdAt"), 0
					for i, name := range names {
						if name != made.String("name") {
							continue
						}
						found++
						if len(times) == len(names) && times[i] != made.String("createdAt") {
							t.Failf("createdAt to be "+made.String("createdAt"), "it is %s", times[i])
						}
					}
					if found != 1 {
						t.Failf("one entry of the name", "%d", found)
					}
				},
			},
			{
				id: "secret.hidden", title: "The list shows no password.",
				level: reports.Must, authority: reports.Security, source: sourcePasswords, needs: login, run: listHidesSecrets,
			},
			{
				id: "other-account.hidden", title: "The list shows no app password of another account.",
				level: reports.Must, authority: reports.Security, source: sourceAccess, needs: signUp,
				run: func(ctx context.Context, t *spec.Trial) {
					pair := accountPair(ctx, t)
					made := newAppPassword(ctx, t, pair[1])
					names, _ := listed(ctx, t, session(ctx, t, pair[0]).Access)
					if slices.Contains(names, made.Name) {
						t.Fail("only the account's own app passwords", "the name of another account's")
					}
				},
			},
			{
				id: "revoked.gone", title: "A revoked app password is not listed any more.",
				level: reports.Must, authority: reports.Lexicon, source: "description", needs: login,
				run: func(ctx context.Context, t *spec.Trial) {
					account := shared(ctx, t)
					made := newAppPassword(ctx, t, account)
					t.Rely(revoke(ctx, t, account, made.Name))
					names, _ := listed(ctx, t, session(ctx, t, account).Access)
					if slices.Contains(names, made.Name) {
						t.Fail("the list without "+made.Name, "it is still there")
					}
				},
			},
			{
				error: "AccountTakedown", title: "An account that was taken down is refused with AccountTakedown.",
				level: reports.Must, authority: reports.Lexicon, needs: needsTakedown,
				run: func(ctx context.Context, t *spec.Trial) {
					request := xrpc.Query(nsidListAppPasswords, nil).WithBearer(takenDown(ctx, t).session.Access)
					refusedAsTakenDown(t, t.Do(ctx, request))
				},
			},
		},
	}
}

func listHidesSecrets(ctx context.Context, t *spec.Trial) {
	account := shared(ctx, t)
	made := newAppPassword(ctx, t, account)
	_, exchange := listed(ctx, t, session(ctx, t, account).Access)
	body := string(exchange.Body)
	if strings.Contains(body, made.Password) || strings.Contains(body, loose(made.Password)) {
		t.Fail("no app password in the list", "the password that was made stands in it")
	}
	if strings.Contains(body, account.Password) {
		t.Fail("no password in the list", "the account's password stands in it")
	}
	if passwords := members(exchange, "passwords", "password"); len(passwords) > 0 {
		t.Fail("entries without the member password", "an entry with it")
	}
}

func privilegesListed(ctx context.Context, t *spec.Trial) {
	marks := map[string]any{privileged(ctx, t, true).String("name"): true, privileged(ctx, t, false).String("name"): false}
	_, exchange := listed(ctx, t, session(ctx, t, shared(ctx, t)).Access)
	entries, _ := exchange.Object()["passwords"].([]any)
	for _, entry := range entries {
		object, _ := entry.(map[string]any)
		name, _ := object["name"].(string)
		if want, made := marks[name]; made && (object["privileged"] == any(true)) != want {
			t.Failf(name+" to be listed with privileged "+check.Value(want), "privileged is %s", check.ValueOf(object, "privileged"))
		}
		delete(marks, name)
	}
	for name, privileged := range marks {
		t.Failf("the list to name both app passwords", "it lacks %s, which was made with privileged %s", name, check.Value(privileged))
	}
}
