package mockserver

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pdsconform/pdsconform/mockserver/internal/pds"
	"github.com/pdsconform/pdsconform/mockserver/internal/scenario"
	"github.com/pdsconform/pdsconform/mockserver/internal/store"
)

// pageAction is what a form of the page does, and the section that it is in.
type pageAction struct {
	section string
	do      func(form) error
}

// pageActions are the forms by the last part of their address.
func (s *Server) pageActions() map[string]pageAction {
	return map[string]pageAction{
		"clock":           {"clock", s.formClock},
		"reset":           {"clock", func(form) error { s.Reset(); return nil }},
		"seed":            {"accounts", s.formSeed},
		"takedown":        {"accounts", s.formTakedown},
		"invite":          {"invites", s.formInvite},
		"clear-mail":      {"mail", func(form) error { s.core.Outbox.Clear(); return nil }},
		"defect":          {"defects", s.formDefect},
		"sound":           {"defects", func(form) error { return s.SetDefects() }},
		"scenario":        {"scenarios", s.formScenario},
		"example":         {"scenarios", s.formExample},
		"again":           {"scenarios", s.formAgain},
		"remove-scenario": {"scenarios", func(f form) error { return s.RemoveScenario(f.Get("id")) }},
		"clear-scenarios": {"scenarios", func(form) error { s.ClearScenarios(); return nil }},
	}
}

func (s *Server) formClock(f form) error {
	by, err := time.ParseDuration(strings.TrimSpace(f.Get("advance")))
	if err != nil {
		return errors.New("advance must be a duration such as 20m, 1h30m or 2160h")
	}
	return s.AdvanceClock(by)
}

func (s *Server) formSeed(f form) error {
	_, err := s.core.SeedAccount(pds.Account{Handle: f.Get("handle"), Email: f.Get("email"), Password: f.Get("password")})
	return err
}

func (s *Server) formTakedown(f form) error {
	return s.core.Takedown(f.Get("did"), f.Get("on") == "true")
}

func (s *Server) formInvite(f form) error {
	uses, err := strconv.ParseInt(f.Get("uses"), 10, 32)
	if err != nil || uses < 1 {
		return errors.New("uses must be a number from 1 on")
	}
	s.core.Alter(func(tx *store.Tx) { tx.AddInvites(s.core.NewInvites(1, pds.AdminAccount, pds.AdminAccount, uses)) })
	return nil
}

// formDefect turns one defect on or off.
func (s *Server) formDefect(f form) error {
	active := slices.DeleteFunc(s.ActiveDefects(), func(id string) bool { return id == f.Get("id") })
	if f.Get("on") == "true" {
		active = append(active, f.Get("id"))
	}
	return s.SetDefects(active...)
}

// formScenario adds the scenario that somebody has put together.
func (s *Server) formScenario(f form) error {
	made := Scenario{
		Method: f.Get("method"), Account: strings.TrimSpace(f.Get("for")), Error: f.Get("error"), Message: f.Get("message"),
		CarryOut: f.Get("carryOut") != "", Body: f.Get("body"), Drop: f.Get("drop"), Defect: strings.TrimSpace(f.Get("bug")),
	}
	for name, into := range map[string]*int{"skip": &made.Skip, "times": &made.Times, "status": &made.Status} {
		if text := f.Get(name); text != "" {
			number, err := strconv.Atoi(text)
			if err != nil {
				return fmt.Errorf("%s must be a number", name)
			}
			*into = number
		}
	}
	if text := f.Get("delay"); text != "" {
		var err error
		if made.Delay, err = time.ParseDuration(text); err != nil {
			return errors.New("delay must be a duration such as 2s")
		}
	}
	if text := f.Get("retryAfter"); text != "" {
		made.Headers = map[string]string{"Retry-After": text}
	}
	_, err := s.AddScenario(made)
	return err
}

// formExample turns one of the examples on or off.
func (s *Server) formExample(f form) error {
	examples := scenario.Examples()
	number, err := strconv.Atoi(f.Get("number"))
	if err != nil || number < 0 || number >= len(examples) {
		return errors.New("there is no such example")
	}
	if f.Get("on") == "true" {
		_, err = s.AddScenario(examples[number].Scenario)
		return err
	}
	for _, state := range s.Scenarios() {
		if scenario.Continues(state, examples[number].Scenario) {
			_ = s.RemoveScenario(state.ID) // if it is gone by now, so much the better
		}
	}
	return nil
}

// formAgain takes a scenario that is used up to its beginning.
func (s *Server) formAgain(f form) error {
	for _, state := range s.Scenarios() {
		if state.ID == f.Get("id") {
			_ = s.RemoveScenario(state.ID) // as above
			_, err := s.AddScenario(state.Scenario)
			return err
		}
	}
	return fmt.Errorf("%w: %s", ErrUnknownScenario, f.Get("id"))
}
