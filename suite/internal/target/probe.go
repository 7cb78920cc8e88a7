package target

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

const (
	describeServer   = "com.atproto.server.describeServer"
	createInviteCode = "com.atproto.server.createInviteCode"
	createAccount    = "com.atproto.server.createAccount"
	createSession    = "com.atproto.server.createSession"
	getSession       = "com.atproto.server.getSession"
	refreshSession   = "com.atproto.server.refreshSession"
)

// Probe asks the target what it offers. The error is that of Locate.
func (t *Target) Probe(ctx context.Context) error {
	exchange, err := Locate(ctx, t.options.Client)
	if err != nil {
		return err
	}
	t.distance = exchange.Duration
	t.watchClock(ctx)
	exchange = unpacked(exchange)
	t.describe = exchange.Object()
	if exchange.Succeeded() && len(t.describe) > 0 {
		t.describeRaw = json.RawMessage(exchange.Body)
	}
	if t.options.AdminPassword != "" {
		t.probeAdmin(ctx)
	}
	if t.options.Drivers.Takedown == nil && t.has(Admin) {
		if found := findAdminTakedown(ctx, t.options.Client, t.AsAdmin); found != nil {
			t.options.Drivers.Takedown = found
		}
	}
	return nil
}

// Answers asks once more whether anything answers at the URL. The error is that
// of Probe.
func (t *Target) Answers(ctx context.Context) error {
	_, err := Locate(ctx, t.options.Client)
	return err
}

// probeAdmin tries the admin credential on a method that needs it, with an
// input that makes nothing where it is accepted.
func (t *Target) probeAdmin(ctx context.Context) {
	exchange := t.options.Client.Ask(ctx, t.AsAdmin(xrpc.Procedure(createInviteCode, map[string]any{})))
	if exchange.Err == nil {
		t.distance = min(t.distance, exchange.Duration)
	}
	t.adminAnswer = told(exchange)
	t.adminRefused = exchange.Status == http.StatusUnauthorized || exchange.Status == http.StatusForbidden
}

// AsAdmin adds the admin credential.
func (t *Target) AsAdmin(request xrpc.Request) xrpc.Request {
	return request.WithBasic("admin", t.options.AdminPassword)
}

// DescribeServer is the target's answer to describeServer as it came, nil
// where it was no JSON object.
func (t *Target) DescribeServer() json.RawMessage { return t.describeRaw }

// InviteRequired reports what describeServer says of invite codes. Where it says
// nothing, a sign-up without one tells, by being refused for that.
func (t *Target) InviteRequired() bool {
	if required, said := t.invitesSaid(); said {
		return required
	}
	return t.invitesWanted.Load()
}

// invitesSaid is what describeServer says of invite codes, where it does.
func (t *Target) invitesSaid() (required, said bool) {
	required, said = t.describe["inviteCodeRequired"].(bool)
	return required, said
}

// learnInvites takes note of a sign-up that was refused for want of a code.
func (t *Target) learnInvites(exchange xrpc.Exchange) {
	if refusesCode(exchange) && text(exchange.Request, "inviteCode") == "" {
		t.invitesWanted.Store(true)
	}
}

// UserDomains are the domains that describeServer offers, each with its
// leading dot.
func (t *Target) UserDomains() []string {
	var domains []string
	listed, _ := t.describe["availableUserDomains"].([]any)
	for _, entry := range listed {
		if domain, ok := entry.(string); ok && strings.Trim(domain, ".") != "" {
			domains = append(domains, "."+strings.TrimPrefix(domain, "."))
		}
	}
	return domains
}

// HandleDomain is the domain for new handles, with its leading dot.
func (t *Target) HandleDomain() string {
	if t.options.HandleDomain != "" {
		return "." + strings.TrimPrefix(t.options.HandleDomain, ".")
	}
	if domains := t.UserDomains(); len(domains) > 0 {
		return domains[0]
	}
	return ".test"
}
