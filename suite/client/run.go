package client

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// ownAgent is the user agent of what a run itself sends to a scenario's server.
const ownAgent = "pdsconform-client-run"

// run is one check of a client.
type run struct {
	config        Config
	adminPassword string
	http          *http.Client
}

// secret is a password that stands in no other text.
func secret(seed int64, name string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %s", seed, name))
	return "pw-" + hex.EncodeToString(sum[:8])
}

func (r *run) password(name string) string { return secret(r.config.Seed, name) }

func runID(seed int64, at time.Time) string { return fmt.Sprintf("%x-%x", at.Unix(), uint32(seed)) }

// carryOutAll carries out scenarios, several at once, and returns what was seen.
func (r *run) carryOutAll(ctx context.Context, needed []scenario) ([]*record, error) {
	if r.config.Driver == nil && r.config.Run == nil {
		return nil, errNoClient
	}
	if err := r.tryDriver(ctx); err != nil {
		return nil, err
	}
	interrupted := ctx.Err // by whoever runs this, for whatever cause: no fault
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	records := make([]*record, len(needed))
	next := make(chan int)
	var workers sync.WaitGroup
	var mutex sync.Mutex
	done := 0
	for range min(r.config.Parallel, len(needed)) {
		workers.Go(func() {
			var kept *driver
			defer func() {
				if kept != nil {
					kept.close()
				}
			}()
			for i := range next {
				began := time.Now()
				record, err := r.carryOut(ctx, needed[i], &kept)
				if err != nil {
					cancel(err)
					continue
				}
				mutex.Lock()
				records[i] = record
				if done++; r.config.OnPlayed != nil {
					r.config.OnPlayed(needed[i].name, time.Since(began), done, len(needed))
				}
				mutex.Unlock()
			}
		})
	}
	for i := range needed {
		if ctx.Err() == nil {
			next <- i
		}
	}
	close(next)
	workers.Wait()
	if interrupted() == nil {
		if err := context.Cause(ctx); err != nil {
			return nil, err
		}
	}
	return records, nil
}

// tryDriver finds out whether there is a driver at all.
func (r *run) tryDriver(ctx context.Context) error {
	if r.config.Driver == nil {
		return nil
	}
	server, err := r.serve(Setup{})
	if err != nil {
		return err
	}
	defer server.Close()
	d, err := startDriver(ctx, r.config.Driver)
	if err != nil {
		return err
	}
	defer d.close()
	return d.probe(ctx, server.URL, max(startLimit, r.config.Limit))
}

func (r *run) serve(setup Setup) (Server, error) {
	setup.Catalog, setup.AdminPassword = r.config.Catalog, r.adminPassword
	return r.config.Serve(setup)
}

// carryOut carries out one scenario. The driver is kept for the next, unless it is of no
// more use.
func (r *run) carryOut(ctx context.Context, one scenario, kept **driver) (*record, error) {
	var setup Setup
	if one.setup != nil {
		one.setup(&setup)
	}
	server, err := r.serve(setup)
	if err != nil {
		return nil, fmt.Errorf("scenario %s: %w", one.name, err)
	}
	defer server.Close()
	s := &fixture{
		ctx: ctx, run: r, server: server, control: controller{server.Control, r.http},
		record: &record{scenario: one.name, base: server.URL},
	}
	if err := s.perform((*fixture).seed); err != nil {
		return nil, s.interrupted(err)
	}
	if r.config.Driver == nil {
		err = s.perform(func(s *fixture) { s.runCommand(one) })
	} else {
		err = r.carryOutWithDriver(s, one, kept)
	}
	if err != nil {
		return nil, s.interrupted(err)
	}
	if err := s.readLog(); err != nil {
		return nil, s.interrupted(err)
	}
	s.record.sortOut()
	return s.record, nil
}

// interrupted is nil where the run itself was ended: that is no fault.
func (s *fixture) interrupted(err error) error {
	if s.ctx.Err() == nil {
		return err
	}
	return nil
}

func (r *run) carryOutWithDriver(s *fixture, one scenario, kept **driver) (err error) {
	if *kept == nil || (*kept).ended {
		if *kept, err = startDriver(s.ctx, r.config.Driver); err != nil {
			return err
		}
		// The first call takes as long as the start of the program.
		if err := (*kept).probe(s.ctx, s.server.URL, max(startLimit, r.config.Limit)); err != nil {
			return err
		}
	}
	s.driver = *kept
	_, place := s.driver.messages.since(0)
	err = s.perform(one.steps)
	s.record.stderr, _ = s.driver.messages.since(place)
	return err
}

// makeInvite makes an invite code as the administrator.
func (r *run) makeInvite(ctx context.Context, server Server, forAccount *string) (string, error) {
	input := args{"useCount": 1}
	if forAccount != nil {
		input["forAccount"] = *forAccount
	}
	text, err := json.Marshal(input)
	if err != nil {
		return "", err
	}
	for range 3 { // a server that limits requests may refuse this one
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, server.URL+"/xrpc/"+prefix+"createInviteCode", bytes.NewReader(text))
		if err != nil {
			return "", err
		}
		request.SetBasicAuth("admin", r.adminPassword)
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("User-Agent", ownAgent)
		response, err := r.http.Do(request)
		if err != nil {
			return "", err
		}
		answer, err := io.ReadAll(response.Body)
		_ = response.Body.Close()
		var made struct{ Code string }
		if err == nil && response.StatusCode == http.StatusOK {
			return made.Code, unmarshalCode(answer, &made.Code)
		}
	}
	return "", fmt.Errorf("createInviteCode was refused")
}

func unmarshalCode(answer []byte, code *string) error {
	var made struct{ Code string }
	err := json.Unmarshal(answer, &made)
	*code = made.Code
	return err
}

// elsewhere starts a second server, under another name of the same machine:
// another origin, and another host.
func (r *run) elsewhere(_ context.Context) (Server, string) {
	server, err := r.serve(Setup{})
	if err != nil {
		panic(err)
	}
	address, err := url.Parse(server.URL)
	if err != nil {
		panic(err)
	}
	return server, "http://localhost:" + address.Port()
}

// runCommand runs the client's own command once.
func (s *fixture) runCommand(one scenario) {
	one.command(s)
	second := person{handle: "bob.test", email: "bob@example.com", password: s.run.password("bob")}
	s.record.secrets = append(s.record.secrets, second.password)
	var made struct{ DID string }
	s.must(s.control.do(s.ctx, http.MethodPost, "accounts",
		args{"handle": second.handle, "email": second.email, "password": second.password}, &made))
	environ := []string{
		"PDS_URL=" + s.server.URL, "PDS_CONTROL_URL=" + s.server.Control, "PDS_ADMIN_PASSWORD=" + s.run.adminPassword,
		"PDS_HANDLE=" + s.alice.handle, "PDS_EMAIL=" + s.alice.email, "PDS_PASSWORD=" + s.alice.password, "PDS_DID=" + s.alice.did,
		"PDS_SECOND_HANDLE=" + second.handle, "PDS_SECOND_EMAIL=" + second.email, "PDS_SECOND_PASSWORD=" + second.password, "PDS_SECOND_DID=" + made.DID,
		"PDS_INVITE_CODE=" + s.invite(nil), "PDS_SCENARIO=" + one.name,
	}
	ctx, cancel := context.WithTimeout(s.ctx, s.run.config.Limit)
	defer cancel()
	started := time.Now()
	result := s.run.config.Run(ctx, environ)
	s.must(result.Err)
	s.record.stderr = result.Stderr
	o := outcome{Value: json.RawMessage("true")}
	switch {
	case result.Hung:
		o = outcome{hung: true}
	case result.Code != 0:
		o = outcome{crashed: "the command ended with " + result.Ended}
		if said := complaint(result.Stderr); said != "" {
			o.crashed += ": " + said
		}
	}
	s.record.calls = append(s.record.calls, callRecord{label: "command", name: "command", outcome: o, took: time.Since(started), to: s.answered()})
}
