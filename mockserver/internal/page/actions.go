package page

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pdsconform/pdsconform/mockserver/internal/pds"
	"github.com/pdsconform/pdsconform/mockserver/internal/scenario"
)

// action is what a form of the page does, and the section that it is in.
type action struct {
	section string
	do      func(form) error
}

// actions are the forms by the last part of their address.
func (p page) actions() map[string]action {
	return map[string]action{
		"clock":           {"clock", p.formClock},
		"reset":           {"clock", func(form) error { p.Reset(); return nil }},
		"seed":            {"accounts", p.formSeed},
		"takedown":        {"accounts", p.formTakedown},
		"change":          {"accounts", p.formChange},
		"remove":          {"accounts", p.formRemove},
		"end-session":     {"accounts", p.formEndSession},
		"invite":          {"invites", p.formInvite},
		"disable":         {"invites", p.formDisable},
		"answer":          {"answers", p.formAnswer},
		"remove-answer":   {"answers", p.formRemoveAnswer},
		"settings":        {"settings", p.formSettings},
		"clear-mail":      {"mail", func(form) error { p.Core.Outbox.Clear(); return nil }},
		"defect":          {"defects", p.formDefect},
		"sound":           {"defects", func(form) error { return p.Faults.Set() }},
		"scenario":        {"scenarios", p.formScenario},
		"example":         {"scenarios", p.formExample},
		"again":           {"scenarios", p.formAgain},
		"remove-scenario": {"scenarios", func(f form) error { return p.Scenarios.Remove(f.Get("id")) }},
		"clear-scenarios": {"scenarios", func(form) error { p.Scenarios.Clear(); return nil }},
	}
}

func (p page) formClock(f form) error {
	by, err := time.ParseDuration(strings.TrimSpace(f.Get("advance")))
	if err != nil {
		return errors.New("advance must be a duration such as 20m, 1h30m or 2160h")
	}
	return p.Core.Clock.Advance(by)
}

func (p page) formInvite(f form) error {
	uses, err := strconv.ParseInt(f.Get("uses"), 10, 32)
	if err != nil || uses < 1 {
		return errors.New("uses must be a number from 1 on")
	}
	_, err = p.Core.AddInvite(pds.Invite{Uses: int(uses)}, strings.TrimSpace(f.Get("for")))
	return err
}

// formDefect turns one defect on or off.
func (p page) formDefect(f form) error {
	active := slices.DeleteFunc(p.Faults.Active(), func(id string) bool { return id == f.Get("id") })
	if f.on("on") {
		active = append(active, f.Get("id"))
	}
	return p.Faults.Set(active...)
}

// formScenario adds the scenario that somebody has put together.
func (p page) formScenario(f form) error {
	made := scenario.Scenario{
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
	_, err := p.Scenarios.Add(made)
	return err
}

// formExample turns one of the examples on or off.
func (p page) formExample(f form) error {
	examples := scenario.Examples()
	number, err := strconv.Atoi(f.Get("number"))
	if err != nil || number < 0 || number >= len(examples) {
		return errors.New("there is no such example")
	}
	if f.on("on") {
		_, err = p.Scenarios.Add(examples[number].Scenario)
		return err
	}
	for _, state := range p.Scenarios.States() {
		if scenario.Continues(state, examples[number].Scenario) {
			_ = p.Scenarios.Remove(state.ID) // if it is gone by now, so much the better
		}
	}
	return nil
}

// formAgain takes a scenario that is used up to its beginning.
func (p page) formAgain(f form) error {
	for _, state := range p.Scenarios.States() {
		if state.ID == f.Get("id") {
			_ = p.Scenarios.Remove(state.ID) // as above
			_, err := p.Scenarios.Add(state.Scenario)
			return err
		}
	}
	return fmt.Errorf("%w: %s", scenario.ErrUnknown, f.Get("id"))
}
