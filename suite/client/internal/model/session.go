package model

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"maps"
	"net/url"
	"strings"
	"time"
)

func basic(user, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
}

// inSession makes a call of an open session.
func (c *client) inSession(ctx context.Context, s *session, call string, a arguments) (any, error) {
	switch call {
	case "save":
		if c.Fault == "saves-old" {
			return s.saved, nil
		}
		return s.save(), nil
	case "getSession":
		return c.getSession(ctx, s)
	case "refresh":
		return true, c.refresh(ctx, s, s.AccessJwt)
	case "logOut":
		return true, c.logOut(ctx, s)
	case "createAppPassword":
		return c.createAppPassword(ctx, s, a)
	case "listAppPasswords":
		return c.listAppPasswords(ctx, s)
	case "revokeAppPassword":
		if c.Fault == "revokes-nothing" {
			return true, nil
		}
		return true, c.authed(ctx, s, "revokeAppPassword", nil, object{"name": a.Name}, nil)
	case "inviteCodes":
		var listed struct{ Codes []object }
		params := url.Values{"includeUsed": {"true"}, "createAvailable": {"false"}}
		if c.Fault == "parameters:getAccountInviteCodes" {
			params.Set("includeUsed", "yes")
		}
		err := c.authed(ctx, s, "getAccountInviteCodes", params, nil, &listed)
		codes := []object{}
		for _, one := range listed.Codes {
			codes = append(codes, object{"code": one["code"], "uses": one["uses"]})
		}
		return codes, err
	case "requestDeletion":
		return true, c.authed(ctx, s, "requestAccountDelete", nil, nil, nil)
	}
	return c.laterCalls(ctx, s, call, a)
}

// laterCalls are those of methods that not every revision has.
func (c *client) laterCalls(ctx context.Context, s *session, call string, a arguments) (any, error) {
	switch call {
	case "requestEmailConfirmation":
		return true, c.authed(ctx, s, "requestEmailConfirmation", nil, nil, nil)
	case "confirmEmail":
		return true, c.authed(ctx, s, "confirmEmail", nil, object{"email": a.Email, "token": a.Token}, nil)
	case "requestEmailUpdate":
		var told struct{ TokenRequired bool }
		err := c.authed(ctx, s, "requestEmailUpdate", nil, nil, &told)
		return object{"tokenRequired": told.TokenRequired}, err
	case "updateEmail":
		input := object{"email": a.Email}
		if a.Token != "" {
			input["token"] = a.Token
		}
		if a.EmailAuthFactor {
			input["emailAuthFactor"] = true
		}
		return true, c.authed(ctx, s, "updateEmail", nil, input, nil)
	case "deactivate":
		input := object{}
		if a.DeleteAfter != "" {
			input["deleteAfter"] = a.DeleteAfter
			if c.Fault == "delete-at-once" {
				input["deleteAfter"] = "2026-01-01T00:00:00Z"
			}
		}
		return true, c.authed(ctx, s, "deactivateAccount", nil, input, nil)
	case "activate":
		return true, c.authed(ctx, s, "activateAccount", nil, nil, nil)
	case "checkAccountStatus":
		var told struct{ Activated bool }
		err := c.authed(ctx, s, "checkAccountStatus", nil, nil, &told)
		return object{"activated": told.Activated}, err
	case "getServiceAuth":
		var made struct{ Token string }
		params := url.Values{"aud": {a.Aud}, "lxm": {a.Lxm}}
		switch c.Fault {
		case "parameters:getServiceAuth":
			params.Del("aud")
		case "lxm-left-out":
			params.Del("lxm")
		}
		err := c.authed(ctx, s, "getServiceAuth", params, nil, &made)
		return made.Token, err
	}
	return nil, errNotOffered
}

func (c *client) createAppPassword(ctx context.Context, s *session, a arguments) (any, error) {
	var made struct {
		Name, Password string
		Privileged     bool
	}
	input := object{"name": a.Name}
	if a.Privileged || c.Fault == "privileged-always" {
		input["privileged"] = true
	}
	err := c.authed(ctx, s, "createAppPassword", nil, input, &made)
	switch c.Fault {
	case "privileged-unread":
		if made.Privileged {
			return nil, errors.New("this app password is of no known kind")
		}
	case "app-password-cut":
		made.Password = strings.TrimSuffix(made.Password, made.Password[max(0, len(made.Password)-2):])
	case "wants-app-form":
		if err == nil && len(made.Password) != len("abcd-efgh-ijkl-mnop") {
			return nil, errors.New("this is not an app password")
		}
	}
	return object{"name": made.Name, "password": made.Password}, err
}

func (c *client) listAppPasswords(ctx context.Context, s *session) (any, error) {
	var listed struct{ Passwords []struct{ Name string } }
	if err := c.authed(ctx, s, "listAppPasswords", nil, nil, &listed); err != nil {
		return nil, err
	}
	names := []object{}
	for _, one := range listed.Passwords {
		names = append(names, object{"name": one.Name})
	}
	switch c.Fault {
	case "lists-nothing":
		names = []object{}
	case "lists-more":
		names = append(names, object{"name": "phone"})
	}
	return names, nil
}

func (c *client) getSession(ctx context.Context, s *session) (any, error) {
	if err := c.skewed(ctx, s); err != nil {
		return nil, err
	}
	var told object
	if err := c.authed(ctx, s, "getSession", nil, nil, &told); err != nil {
		return nil, err
	}
	if c.Fault == "inactive-ends" && told["active"] == false {
		return nil, errors.New("the account is not active")
	}
	value := object{"did": told["did"], "handle": told["handle"]}
	if c.Unusual == "tells-all" {
		value = maps.Clone(told)
	}
	if did, isText := told["did"].(string); !isText || did == "" {
		return nil, errors.New("the answer has no did")
	}
	for _, member := range []string{"active", "status", "emailAuthFactor"} {
		if told[member] != nil && c.Fault != "status-unread" {
			value[member] = told[member]
		}
	}
	if err := c.knowsState(told); err != nil {
		return nil, err
	}
	switch c.Fault {
	case "factor-never":
		value["emailAuthFactor"] = false
	case "wrong-handle":
		value["handle"] = "somebody.test"
	case "stale-handle":
		value["handle"] = s.Handle
	case "active-always":
		value["active"] = true
		delete(value, "status")
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.cached, _ = json.Marshal(value) //nolint:errchkjson // strings and booleans
	return value, nil
}

// knowsState is nil where the client can cope with what an account is told to be.
func (c *client) knowsState(told object) error {
	if status, given := told["status"].(string); given && c.Fault == "wants-known-status" && status != "deactivated" && status != "takendown" {
		return errors.New("there is no such status")
	}
	if told["active"] == false && told["status"] == nil && c.Fault == "wants-status" {
		return errors.New("an account that is not active has a status")
	}
	return nil
}

// skewed are the faults of clients that hold a token's times against their own
// clock.
func (c *client) skewed(ctx context.Context, s *session) error {
	if !strings.HasPrefix(c.Fault, "clock-") {
		return nil
	}
	issued, expires := times(s.AccessJwt)
	now := time.Now()
	early, late := issued.After(now.Add(time.Hour)), expires.Before(now)
	switch {
	case c.Fault == "clock-refuses" && (early || late):
		return errors.New("the token is not valid at this time")
	case c.Fault == "clock-refreshes" && (early || late):
		return c.refresh(ctx, s, s.AccessJwt)
	}
	return nil
}

func times(token string) (issued, expires time.Time) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return time.Time{}, time.Time{}
	}
	text, _ := base64.RawURLEncoding.DecodeString(parts[1])
	var claims struct{ Iat, Exp int64 }
	_ = json.Unmarshal(text, &claims)
	return time.Unix(claims.Iat, 0), time.Unix(claims.Exp, 0)
}

// authed makes a call with the access token, and once more after a refresh.
func (c *client) authed(ctx context.Context, s *session, method string, params url.Values, input, into any) error {
	s.mutex.Lock()
	access, over := s.AccessJwt, s.over || c.ended
	s.mutex.Unlock()
	c.meet()
	if over {
		return errors.New("the session is over")
	}
	err := c.send(ctx, method, "Bearer "+c.tokenFor(s, method, access), params, input, into)
	for tries := 0; c.wantsRefresh(err, method) && tries < c.refreshesAtMost() && (c.Fault != "factor-ends" || !s.byCode); tries++ {
		if s.refreshed() >= c.refreshesEver() {
			return err
		}
		if refused := c.refresh(ctx, s, access); refused != nil {
			return refused
		}
		s.mutex.Lock()
		access = s.AccessJwt
		s.mutex.Unlock()
		err = c.send(ctx, method, "Bearer "+c.tokenFor(s, method, access), params, input, into)
		if c.Fault == "repeats-twice" && err == nil {
			_ = c.send(ctx, method, "Bearer "+access, params, input, into)
		}
	}
	if err != nil && c.Fault == "any-error-ends" && !c.wantsRefresh(err, method) {
		s.mutex.Lock()
		defer s.mutex.Unlock()
		s.over = true
	}
	return err
}

// refreshed is how often the session got new tokens.
func (s *session) refreshed() int {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.refreshes
}

func (c *client) refreshesAtMost() int {
	if c.Fault == "refreshes-on" {
		return 20
	}
	return 1
}

func (c *client) refreshesEver() int {
	if c.Fault == "refreshes-once" {
		return 1
	}
	return 50
}

// tokenFor is the token that a method is called with.
func (c *client) tokenFor(s *session, method, access string) string {
	switch {
	case c.Fault == "credential:"+method:
		return s.RefreshJwt
	case c.Fault == "old-access-token" && s.refreshed() > 0 && method == "getSession":
		var first session
		_ = json.Unmarshal([]byte(s.saved), &first)
		return first.AccessJwt
	}
	return access
}

func (c *client) wantsRefresh(err error, method string) bool {
	var told *callError
	if !errors.As(err, &told) {
		return false
	}
	switch {
	case c.Fault == "no-refresh-400" && told.Status == 400, c.Fault == "no-refresh-401" && told.Status == 401,
		c.Fault == "no-refresh-procedure" && method == "createAppPassword",
		c.Fault == "wants-message" && told.Message != "Token has expired":
		return false
	case c.Fault == "refresh-any-error" && told.Status == 400:
		return true
	}
	return told.Name == "ExpiredToken"
}

// refresh gets new tokens, once for all calls that want them at a time. used
// is the access token that was refused.
func (c *client) refresh(ctx context.Context, s *session, used string) error {
	s.mutex.Lock()
	if (s.AccessJwt != used || s.refresh != nil) && c.Fault == "together-fails" {
		s.mutex.Unlock()
		return errors.New("another call refreshes")
	}
	if s.AccessJwt != used && c.Fault != "refreshes-each" {
		s.mutex.Unlock()
		return nil // another call has got them meanwhile
	}
	if under := s.refresh; under != nil && c.Fault != "refreshes-each" {
		s.mutex.Unlock()
		<-under.done
		return under.err
	}
	under := &flight{done: make(chan struct{})}
	s.refresh = under
	token := s.RefreshJwt
	s.mutex.Unlock()
	under.err = c.refreshNow(ctx, s, token)
	s.mutex.Lock()
	s.refresh = nil
	s.mutex.Unlock()
	close(under.done)
	return under.err
}

func (c *client) refreshNow(ctx context.Context, s *session, token string) error {
	if c.Fault == "credential:refreshSession" {
		token = s.AccessJwt
	}
	var renewed session
	err := c.send(ctx, "refreshSession", "Bearer "+token, nil, nil, &renewed)
	if err == nil && renewed.AccessJwt == "" {
		err = errors.New("the answer has no token")
	}
	var refused *callError
	over := errors.As(err, &refused) && refused.Status/100 == 4 && refused.Status != 429
	if over && c.Fault == "refused-loop" {
		for range 5 {
			_ = c.send(ctx, "refreshSession", "Bearer "+token, nil, nil, nil)
		}
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if err != nil {
		s.over = over && c.Fault != "refused-keeps" || c.Fault == "failed-refresh-ends"
		return err
	}
	s.refreshes++
	s.AccessJwt = renewed.AccessJwt
	if c.Fault != "old-refresh-token" {
		s.RefreshJwt = renewed.RefreshJwt
	}
	return nil
}

func (c *client) logOut(ctx context.Context, s *session) error {
	tries := 1
	if c.Fault == "log-out-loop" {
		tries = 6
	}
	if c.Fault == "log-out-local" {
		tries = 0
	}
	if c.Fault == "log-out-asks" {
		if err := c.send(ctx, "getSession", "Bearer "+s.AccessJwt, nil, nil, nil); err != nil {
			return err
		}
	}
	token := s.RefreshJwt
	if c.Fault == "credential:deleteSession" {
		token = s.AccessJwt
	}
	var err error
	for range tries {
		if err = c.send(ctx, "deleteSession", "Bearer "+token, nil, nil, nil); err == nil {
			break
		}
	}
	if c.Fault != "log-out-keeps" {
		s.over, s.AccessJwt, s.RefreshJwt, s.saved = true, "", "", "{}"
	}
	return err
}
