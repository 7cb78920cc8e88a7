package client

import (
	"slices"
	"strings"
	"testing"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/client/internal/model"
)

// unkilled are requirements that no fault of the model can break, with the
// reason.
var unkilled = map[string]string{}

// faultFor names the fault of the model by which a requirement is to fail. For
// what is derived from documents, and for refreshes, many share a form.
func faultFor(id string) string {
	id = strings.TrimPrefix(id, "client.")
	parts := strings.Split(id, ".")
	if parts[0] == "requests" && len(parts) == 3 {
		form := map[string]string{
			"verb": "verb", "input": "input", "media-type": "media-type", "members": "members", "no-body": "body",
			"parameters": "parameters", "credential": "credential",
		}[parts[2]]
		return form + ":" + parts[1]
	}
	if fault := faults()[id]; fault != "" {
		return fault
	}
	switch {
	case strings.HasPrefix(id, "refresh.down."):
		return "failed-refresh-ends"
	case strings.HasPrefix(id, "refresh.refused.") && strings.HasSuffix(id, "-loop"):
		return "refused-loop"
	case strings.HasPrefix(id, "refresh.refused.") && strings.HasSuffix(id, "-over"):
		return "refused-keeps"
	case strings.HasPrefix(id, "refresh.refused."), strings.HasPrefix(id, "faults.answer-"):
		return "cached"
	case strings.HasPrefix(id, "faults.lost-"):
		return "repeats-posts"
	case strings.HasPrefix(id, "faults.") && strings.HasSuffix(id, "-session"):
		return "any-error-ends"
	case strings.HasPrefix(id, "faults.5"):
		return "storm"
	}
	return ""
}

func faults() map[string]string {
	return map[string]string{
		"requests.path": "path", "requests.integers": "integers", "requests.host": "host", "requests.scheme": "scheme",
		"requests.refused":    "input:createAppPassword",
		"refresh.expired-400": "no-refresh-400", "refresh.expired-401": "no-refresh-401", "refresh.repeated": "repeats-twice",
		"refresh.procedure": "no-refresh-procedure", "refresh.second": "refreshes-once", "refresh.new-access-token": "old-access-token",
		"refresh.new-refresh-token": "old-refresh-token", "refresh.no-grace": "old-refresh-token", "refresh.saved": "saves-old",
		"refresh.single": "refreshes-each", "refresh.together": "together-fails", "refresh.together-no-grace": "together-fails",
		"refresh.no-loop": "refreshes-on", "refresh.other-error": "refresh-any-error", "refresh.other-error-session": "any-error-ends",
		"refresh.explicit": "fails:refresh", "refresh.down.patience": "storm", "refresh.down.retry-after": "ignores-retry-after",
		"skew.ahead": "clock-refuses", "skew.behind": "clock-refuses", "skew.ahead-refreshes": "clock-refreshes", "skew.behind-refreshes": "clock-refreshes",
		"resume.saved": "fails:resume", "resume.expired": "resume-without-refresh", "resume.over": "cached-resume", "resume.opaque-tokens": "jwt-only",
		"resume.opaque-expired": "jwt-only", "resume.handle": "stale-handle", "resume.takedown": "cached-resume", "log-in.takedown": "names-lost",
		"log-in.handle": "wrong-did", "log-in.email": "no-email", "log-in.did": "no-did", "log-in.wrong-password": "log-in-always",
		"session.account": "wrong-handle", "sign-up.account": "no-invite", "sign-up.open": "wants-invites", "sign-up.describe": "describe-lost",
		"sign-up.unknown-invite": "names-lost", "sign-up.taken-handle": "names-lost",
		"app-passwords.create": "app-password-cut", "app-passwords.list": "lists-nothing", "app-passwords.empty": "lists-more",
		"app-passwords.revoke": "revokes-nothing", "app-passwords.revoked": "log-in-always", "app-passwords.refresh": "no-refresh-400",
		"invites.create": "fails:createInvite", "invites.list": "fails:inviteCodes", "reset.password": "fails:resetPassword",
		"reset.wrong-code": "names-lost", "deletion.account": "fails:deleteAccount", "deletion.wrong-code": "names-lost", "deletion.gone": "log-in-always",
		"email.confirm": "fails:confirmEmail", "email.wrong-code": "names-lost", "email.token-required": "fails:requestEmailUpdate",
		"email.update": "fails:updateEmail", "email.update-without-code": "names-lost", "deactivation.account": "fails:activate",
		"deactivation.session": "inactive-ends", "deactivation.told": "active-always", "account-status.told": "fails:checkAccountStatus",
		"deactivation.delete-after": "delete-at-once", "service-auth.token": "fails:getServiceAuth",
		"taken-down.log-in": "takendown-ends", "taken-down.told": "active-always",
		"app-passwords.privileged": "privileged-unread", "app-passwords.unprivileged": "privileged-always",
		"second-factor.asked": "names-lost", "second-factor.once": "factor-loop", "second-factor.code": "factor-cut", "second-factor.wrong-code": "names-lost",
		"second-factor.refresh": "factor-ends", "second-factor.told": "factor-never", "second-factor.on": "fails:updateEmail",
		"limits.retry-after-seconds": "ignores-retry-after", "limits.retry-after-date": "ignores-retry-after", "limits.told": "any-error-ends",
		"limits.no-storm": "storm", "faults.not-implemented": "storm", "faults.time-limit": "no-timeout",
		"errors.name": "names-lost", "errors.status": "status-lost",
		"log-out.server": "log-out-local", "log-out.tokens": "log-out-keeps", "log-out.saved": "log-out-keeps", "log-out.expired": "log-out-asks",
		"log-out.no-loop": "log-out-loop", "log-out.down": "storm",
		"secrets.url": "token-in-url", "secrets.user-agent": "token-in-agent", "secrets.standard-error": "token-on-stderr",
		"secrets.errors": "token-in-errors", "secrets.redirect": "redirect-token",
		"tolerance.extra-fields": "wants-known-members", "tolerance.key-order": "wants-order", "tolerance.white-space": "wants-no-space",
		"tolerance.escapes": "wants-no-escapes", "tolerance.media-type": "wants-media-type", "tolerance.messages": "wants-message",
		"tolerance.tokens": "jwt-only", "tolerance.codes": "wants-app-form", "tolerance.statuses": "no-refresh-401", "tolerance.headers": "wants-few-headers",
		"tolerance.chunked":  "wants-length",
		"tolerance.no-links": "wants-links", "tolerance.domains": "wants-one-domain", "tolerance.no-grace": "old-refresh-token",
		"tolerance.rate-limits": "limited-ends", "tolerance.html-limits": "limited-ends",
		"tolerance.no-content": "wants-200", "tolerance.closing": "wants-connection", "tolerance.invites-unsaid": "wants-invites-said",
		"tolerance.empty-object": "wants-nothing", "tolerance.unknown-status": "wants-known-status", "tolerance.no-status": "wants-status", "tolerance.did-docs": "wants-no-document", "tolerance.bound-service-tokens": "lxm-left-out",
	}
}

// Every requirement fails on a client that is wrong in the way that it is
// about. Requirements of one fault are judged in one run.
func TestEveryRequirementNotices(t *testing.T) {
	t.Parallel()
	revisions := lexicons.Revisions()
	newest := revisions[len(revisions)-1] // it has what the others have
	right := doRight(t, newest)
	byFault := map[string][]string{}
	for _, one := range right.all {
		switch fault := faultFor(one.ID); {
		case unkilled[one.ID] != "" || right.outcomes[one.ID] == reports.Blocked:
		case fault == "":
			t.Errorf("%s: no fault of the model breaks it", one.ID)
		default:
			byFault[fault] = append(byFault[fault], one.ID)
		}
	}
	noticed := make(chan string, len(right.all))
	t.Run("faults", func(t *testing.T) {
		for fault, ids := range byFault {
			t.Run(fault, func(t *testing.T) {
				t.Parallel()
				noticeOf(t, right, newest, fault, ids, noticed)
			})
		}
	})
	close(noticed)
	if !t.Failed() {
		holdScore(t, right, noticed, len(byFault))
	}
}

// noticeOf judges requirements on a client with the fault that is to break
// them, and hands on those that fail.
func noticeOf(t *testing.T, right rightRun, revision, fault string, ids []string, noticed chan<- string) {
	t.Helper()
	config := configFor(t, revision, model.Options{Fault: fault})
	config.Only = ids
	report, _, err := config.carryOut(t.Context(), right.all, right.enough(config))
	if err != nil {
		t.Fatal(err)
	}
	for _, result := range report.Results {
		switch {
		case !slices.Contains(ids, result.ID):
		case result.Outcome != reports.Failed || right.outcomes[result.ID] != reports.Passed:
			t.Errorf("%s does not notice: %s %s", result.ID, result.Outcome, result.Reason)
		default:
			noticed <- result.ID
		}
	}
}

// rightRun is what a client showed that does all as it should.
type rightRun struct {
	all        []requirement
	outcomes   map[string]reports.Outcome
	carriedOut []scenario
	records    []*record // of the scenarios
}

func doRight(t *testing.T, revision string) rightRun {
	t.Helper()
	config := configFor(t, revision, model.Options{})
	all, err := requirements(config.Catalog, config.Variants)
	if err != nil {
		t.Fatal(err)
	}
	right := rightRun{all: all, outcomes: map[string]reports.Outcome{}, carriedOut: config.needed(all)}
	report, records, err := config.carryOut(t.Context(), all, right.carriedOut)
	if err != nil {
		t.Fatal(err)
	}
	right.records = records
	for _, result := range report.Results {
		right.outcomes[result.ID] = result.Outcome
	}
	return right
}

// enough are scenarios that suffice for what a configuration selects: of those
// in which a requirement shows that is judged in all of them, the first that
// calls its method. A requirement that fails in one fails in all of them
// together, so that the rest would prove nothing.
func (r rightRun) enough(config Config) []scenario {
	wanted := map[string]bool{plain: true, "expired": true}
	for _, one := range r.all {
		if !config.selects(one.ID) {
			continue
		}
		for _, name := range one.in {
			wanted[name] = true
		}
		if len(one.in) == 0 {
			for _, name := range r.showing(one) {
				wanted[name] = true
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(r.carriedOut), func(one scenario) bool { return !wanted[one.name] })
}

// showing names the first scenario that calls a requirement's method, or the
// usual courses of events for one that is about all methods.
func (r rightRun) showing(one requirement) []string {
	if one.Endpoint == "xrpc" {
		return []string{"sign-up", "app-passwords", "invites", "reset", "deletion"}
	}
	for i, name := range r.carriedOut {
		if r.records[i] != nil && slices.ContainsFunc(r.records[i].requests, func(q request) bool { return q.NSID == one.Endpoint }) {
			return []string{name.name}
		}
	}
	return nil
}
