package mockserver_test

import (
	"bytes"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/google/go-cmp/cmp"

	"github.com/pdsconform/pdsconform/mockserver"
	mailer "github.com/pdsconform/pdsconform/mockserver/smtp"
)

func TestSMTP(t *testing.T) {
	t.Parallel()
	to := newSink(t, nil)
	c := start(t, mockserver.Options{Mailer: mailer.To(to.address), Hostname: "pds.example"})
	s := c.signUp("alice")
	advance(t, c.server, time.Hour) // mail is dated by the server's clock
	c.post("requestPasswordReset", "", object{"email": s.email}).ok()
	arrived := to.next(t)
	if arrived.from != "noreply@pds.example" || arrived.to != s.email {
		t.Errorf("mail went from %s to %s", arrived.from, arrived.to)
	}
	header, parts := arrived.parts(t)
	kept := c.server.Mail(s.email)[0]
	for name, want := range map[string]string{
		"From": "<noreply@pds.example>", "To": "<" + s.email + ">", "Subject": "Password Reset Requested",
		"Mime-Version": "1.0", "Date": kept.At.Format(time.RFC1123Z), "User-Agent": "",
	} {
		if got := header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if id := header.Get("Message-Id"); !strings.HasSuffix(id, "."+kept.ID+"@pds.example>") {
		t.Errorf("Message-Id is %s", id)
	}
	if diff := cmp.Diff(kept.Text, parts["text/plain"]); diff != "" {
		t.Error(diff)
	}
	if page := parts["text/html"]; !strings.Contains(page, kept.Token) || !strings.Contains(page, s.handle) || !strings.Contains(page, "<p>") {
		t.Errorf("page is\n%s", page)
	}
	if len(parts) != 2 {
		t.Errorf("%d parts, want 2", len(parts))
	}
	c.post("resetPassword", "", object{"token": kept.Token, "password": "new password"}).ok()
}

func TestSMTPKeepsTheOrder(t *testing.T) {
	t.Parallel()
	to := newSink(t, nil)
	c := start(t, mockserver.Options{Mailer: mailer.To(to.address)})
	const accounts = 8
	together(accounts, func(i int) answer {
		s := c.signUp("user-" + string(rune('a'+i)))
		c.post("requestPasswordReset", "", object{"email": s.email}).ok()
		return c.post("requestAccountDelete", s.access, nil).ok()
	})
	c.server.Close() // drains
	kept := c.server.Mail("")
	if len(to.letters) != len(kept) || len(kept) != 2*accounts {
		t.Fatalf("%d letters, %d in the outbox", len(to.letters), len(kept))
	}
	for _, message := range kept {
		arrived := to.next(t)
		if _, parts := arrived.parts(t); arrived.to != message.To || !strings.Contains(parts["text/plain"], message.Token) {
			t.Fatalf("letter to %s arrived where message %s to %s was next", arrived.to, message.ID, message.To)
		}
	}
}

// TestSMTPFailureFailsNoRequest has a server that repeats in its refusal what
// it was sent, and one that is not there.
func TestSMTPFailureFailsNoRequest(t *testing.T) {
	t.Parallel()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	refusing := newSink(t, func(l letter) error {
		_, parts := l.parts(t)
		return &smtp.SMTPError{Code: 554, Message: "no room for " + strings.Join(strings.Fields(parts["text/plain"]), " ")}
	})
	for name, row := range map[string]struct{ address, reason string }{
		"refusing": {refusing.address, "554"},
		"absent":   {closed.Addr().String(), "refused"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var lines bytes.Buffer
			c := start(t, mockserver.Options{Mailer: mailer.To(row.address), Logger: slog.New(slog.NewTextHandler(&lines, nil))})
			s := c.signUp("alice")
			c.post("requestPasswordReset", "", object{"email": s.email}).ok()
			token := c.mailToken(s.email)
			c.post("resetPassword", "", object{"token": token, "password": "new password"}).ok()
			c.server.Close()
			log := lines.String()
			for _, want := range []string{"level=WARN", "mail was not delivered", "to=" + s.email, row.reason} {
				if !strings.Contains(log, want) {
					t.Errorf("log lacks %q:\n%s", want, log)
				}
			}
			if strings.Contains(log, token) {
				t.Errorf("log holds the code:\n%s", log)
			}
		})
	}
}

func TestResetForgetsMailThatWaits(t *testing.T) {
	t.Parallel()
	entered, leave := make(chan struct{}, 10), make(chan struct{})
	to := newSink(t, func(letter) error {
		entered <- struct{}{}
		<-leave
		return nil
	})
	c := start(t, mockserver.Options{Mailer: mailer.To(to.address)})
	s := c.signUp("alice")
	for range 5 {
		c.post("requestPasswordReset", "", object{"email": s.email}).ok()
	}
	<-entered
	c.server.Reset()
	close(leave)
	c.server.Close()
	if got := len(to.letters); got != 1 {
		t.Errorf("%d letters, want only the one that was under way", got)
	}
}

func TestSMTPAddressIsChecked(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"localhost", ":25", "localhost:0", "smtp://localhost:25", "localhost:25\r\n"} {
		server, err := mockserver.New(mockserver.Options{Mailer: mailer.To(bad)})
		if err == nil {
			server.Close()
			t.Errorf("%q is taken", bad)
		} else if !strings.Contains(err.Error(), "smtp") {
			t.Errorf("error is %q", err)
		}
	}
}
