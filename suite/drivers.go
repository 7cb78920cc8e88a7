package suite

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"

	"github.com/pdsconform/pdsconform/suite/internal/target"
)

// drivers opens the ways into the target that the configuration names: a
// control server first, then hooks, then what the target offers by itself.
func (p *plan) drivers(ctx context.Context) (target.Drivers, func(), error) {
	var drivers target.Drivers
	closers := []func(){}
	closeAll := func() {
		for _, closer := range closers {
			closer()
		}
	}
	hooks := p.config.Hooks
	if len(hooks.AdvanceClock) > 0 {
		drivers.Clock = target.ClockHook{Hook: target.NewHook(hooks.AdvanceClock...)}
	}
	if len(hooks.Takedown) > 0 {
		drivers.Takedown = target.TakedownHook{Hook: target.NewHook(hooks.Takedown...)}
	}
	if len(hooks.ReadMail) > 0 {
		drivers.Mail, drivers.MailName = &target.MailHook{Hook: target.NewHook(hooks.ReadMail...)}, "exec"
	}
	if p.config.Control != "" {
		control, err := p.control(ctx)
		if err != nil {
			return drivers, closeAll, err
		}
		closers = append(closers, control.Close)
		use(control, &drivers)
	}
	if drivers.Clock == nil && p.config.Patience > 0 {
		drivers.Clock = &target.Patience{Longest: p.config.Patience, Notify: p.note}
	}
	err := p.mail(&drivers, &closers)
	if err != nil {
		closeAll()
	}
	return drivers, closeAll, err
}

func (p *plan) control(ctx context.Context) (*target.Control, error) {
	if err := checkTarget("--control", p.config.Control); err != nil {
		return nil, err
	}
	control, err := target.NewControl(ctx, p.config.Control, p.config.Timeout)
	var unanswered *url.Error
	if errors.As(err, &unanswered) {
		return nil, &UnreachableError{err.Error()}
	}
	if err != nil {
		return nil, &UsageError{fmt.Sprintf("--control: no control server answers at %s: %s", p.config.Control, err)}
	}
	return control, nil
}

// use takes from a control server what it offers.
func use(control *target.Control, drivers *target.Drivers) {
	drivers.Control = control
	if control.Offers(target.Mail) {
		drivers.Mail, drivers.MailName = control, "control"
	}
	if control.Offers(target.Clock) {
		drivers.Clock = control
	}
	if control.Offers(target.Takedown) {
		drivers.Takedown = control
	}
	if control.Offers(target.WidenRaces) {
		drivers.Races = control
	}
}

// mail replaces the mail driver by the one that --mail names.
func (p *plan) mail(drivers *target.Drivers, closers *[]func()) error {
	command, isExec := strings.CutPrefix(p.config.Mail, "exec:")
	switch {
	case p.config.Mail == "":
	case p.config.Mail == "control":
		if drivers.MailName != "control" {
			return &UsageError{"--mail control: there is no control server that shows mail; name one by --control"}
		}
	case strings.HasPrefix(p.config.Mail, smtpScheme):
		address, err := smtpAddress(p.config.Mail)
		if err != nil {
			return err
		}
		sink, err := target.NewMailSink(address)
		if err != nil {
			return &UsageError{"--mail: " + err.Error()}
		}
		*closers = append(*closers, func() { _ = sink.Close() })
		drivers.Mail, drivers.MailName = sink, "smtp"
	case isExec && strings.TrimSpace(command) != "":
		drivers.Mail, drivers.MailName = &target.MailHook{Hook: target.NewHook(strings.Fields(command)...)}, "exec"
	default:
		return &UsageError{fmt.Sprintf("--mail: %q is none of control, smtp://HOST:PORT and exec:COMMAND", p.config.Mail)}
	}
	return nil
}

const smtpScheme = "smtp://"

// smtpAddress is where smtp://HOST:PORT has the run listen.
func smtpAddress(mail string) (string, error) {
	address, _ := strings.CutPrefix(mail, smtpScheme)
	if _, _, err := net.SplitHostPort(address); err != nil {
		return "", &UsageError{fmt.Sprintf("--mail: %q must be smtp://HOST:PORT, where the run is to listen", mail)}
	}
	return address, nil
}
