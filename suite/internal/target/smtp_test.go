package target

import (
	"encoding/base64"
	"fmt"
	"io"
	"mime/quotedprintable"
	"net"
	"net/smtp"
	"strings"
	"testing"
	"time"
)

// sinkFor starts a sink for the time of a test.
func sinkFor(t *testing.T) *MailSink {
	t.Helper()
	sink, err := NewMailSink("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := sink.Close(); err != nil {
			t.Error(err)
		}
	})
	return sink
}

// send sends a message over a connection of its own.
func send(t *testing.T, sink *MailSink, message string, to ...string) error {
	t.Helper()
	message = strings.ReplaceAll(message, "\n", "\r\n")
	return smtp.SendMail(sink.Address(), nil, "pds@example.com", to, []byte(message))
}

func received(t *testing.T, sink *MailSink, to string) []Message {
	t.Helper()
	messages, err := sink.Messages(t.Context(), to)
	if err != nil {
		t.Fatal(err)
	}
	return messages
}

func quoted(text string) string {
	var encoded strings.Builder
	writer := quotedprintable.NewWriter(&encoded)
	_, _ = io.WriteString(writer, text)
	_ = writer.Close()
	return strings.ReplaceAll(encoded.String(), "\r\n", "\n")
}

// mail is a message with one header field besides those that each has.
func mail(field, body string) string {
	return "From: pds@example.com\nTo: alice@example.com\nSubject: Password Reset Requested\nMIME-Version: 1.0\n" + field + "\n\n" + body + "\n"
}

const (
	plainPart  = "Hello alice.test,\n\nyour password reset code is ABCDE-FGH23\n"
	htmlPart   = "<html><head><style>.x { width: 600px }</style></head><body><p>Your code is <b>ABCDE-FGH23</b></p></body></html>"
	longHTML   = `<p><a href="https://pds.example.com/account/reset?some=thing&amp;token=s3cret-code-0001">Reset your password now, please, it is urgent</a></p>`
	multipart  = "Content-Type: multipart/alternative; boundary=\"b\""
	quotedPart = "Content-Transfer-Encoding: quoted-printable\n"
)

// TestMailIsDecoded sends what servers send and reads the code in it.
func TestMailIsDecoded(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ message, code, holds string }{
		"plain":       {mail("Content-Type: text/plain", plainPart), "ABCDE-FGH23", "Hello alice.test"},
		"no MIME":     {"Subject: code\n\nYour code is 482913\n", "482913", ""},
		"digits":      {mail("X-Mailer: x", "Your code is 482913"), "482913", ""},
		"html alone":  {mail("Content-Type: text/html; charset=utf-8", htmlPart), "ABCDE-FGH23", ""},
		"html digits": {mail("Content-Type: text/html", "<h1>Code</h1><table><tr><td><strong>482913</strong></td></tr></table>© 2023"), "482913", ""},
		"quoted-printable": {mail("Content-Type: text/plain; charset=utf-8\n"+quotedPart,
			quoted("Größe = é. "+strings.Repeat("long ", 40)+plainPart)), "ABCDE-FGH23", "Größe = é. long"},
		"link over a soft line break": {mail("Content-Type: text/html; charset=utf-8\n"+quotedPart, quoted(longHTML)), "s3cret-code-0001", ""},
		"base64": {mail("Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64",
			base64.StdEncoding.EncodeToString([]byte(plainPart))), "ABCDE-FGH23", "Hello"},
		"multipart": {mail(multipart, "--b\nContent-Type: text/plain; charset=utf-8\n"+quotedPart+"\n"+quoted(plainPart)+
			"\n--b\nContent-Type: text/html; charset=utf-8\n"+quotedPart+"\n"+quoted(htmlPart)+"\n--b--\n"), "ABCDE-FGH23", "Hello alice.test"},
		"code in the HTML alone": {mail(multipart, "--b\nContent-Type: text/plain\n\nPlease use a mail program that shows HTML.\n"+
			"--b\nContent-Type: text/html\nContent-Transfer-Encoding: base64\n\n"+base64.StdEncoding.EncodeToString([]byte(htmlPart))+"\n--b--\n"),
			"ABCDE-FGH23", "mail program"},
		"unfinished multipart": {mail(multipart, "--b\nContent-Type: text/plain\n\n"+plainPart), "ABCDE-FGH23", ""},
		"latin 1": {mail("Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: 8bit",
			"Gr\xfc\xdfe: Code ABCDE-FGH23"), "ABCDE-FGH23", "Grüße"},
		"windows-1252": {mail("Content-Type: text/plain; charset=windows-1252\n"+quotedPart, "=93ABCDE-FGH23=94"), "ABCDE-FGH23", "“ABCDE"},
		"koi8-r":       {mail("Content-Type: text/plain; charset=koi8-r\n"+quotedPart, "=EB=CF=C4 482913"), "482913", "Код"},
		"utf-16": {mail("Content-Type: text/plain; charset=utf-16be\nContent-Transfer-Encoding: base64",
			base64.StdEncoding.EncodeToString([]byte("\x00c\x00o\x00d\x00e\x00 \x004\x008\x002\x009\x001\x003"))), "482913", "code 482913"},
		"unknown charset":        {mail("Content-Type: text/plain; charset=klingon", plainPart), "ABCDE-FGH23", ""},
		"leading dots":           {mail("Content-Type: text/plain", ".\n..\nABCDE-FGH23\n."), "ABCDE-FGH23", ""},
		"no header":              {"Your code is ABCDE-FGH23\n", "ABCDE-FGH23", ""},
		"no header, only a body": {"\nYour code is ABCDE-FGH23\n", "ABCDE-FGH23", ""},
		"broken header":          {"Subject\n: \x00\n=?utf-8?q?\n\nYour code is ABCDE-FGH23\n", "ABCDE-FGH23", ""},
		"not UTF-8":              {mail("Content-Type: text/plain; charset=utf-8", "\xff\xfe Your code is ABCDE-FGH23"), "ABCDE-FGH23", ""},
		"broken base64":          {mail("Content-Type: text/plain\nContent-Transfer-Encoding: base64", "Your code is ABCDE-FGH23"), "", ""},
		"nothing":                {"", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sink := sinkFor(t)
			if err := send(t, sink, test.message, address); err != nil {
				t.Fatal(err)
			}
			messages := received(t, sink, address)
			if len(messages) != 1 {
				t.Fatalf("%d messages", len(messages))
			}
			if got := messages[0].Code(); got != test.code {
				t.Errorf("code %q, want %q, in %q", got, test.code, messages[0].Text)
			}
			if !strings.Contains(messages[0].Text, test.holds) {
				t.Errorf("%q does not hold %q", messages[0].Text, test.holds)
			}
		})
	}
}

func TestSubjectIsDecoded(t *testing.T) {
	t.Parallel()
	sink := sinkFor(t)
	if err := send(t, sink, "Subject: =?utf-8?q?Best=C3=A4tigung?=\n\nHi\n", address); err != nil {
		t.Fatal(err)
	}
	if got := received(t, sink, address)[0].Subject; got != "Bestätigung" {
		t.Errorf("subject %q", got)
	}
}

func TestMailGoesToItsRecipients(t *testing.T) {
	t.Parallel()
	sink := sinkFor(t)
	for i, to := range [][]string{{"a@example.com", "b@example.com"}, {"b@example.com"}, {"B@Example.COM"}} {
		if err := send(t, sink, mail("X-Number: 1", fmt.Sprintf("Your code is %d", 100000+i)), to...); err != nil {
			t.Fatal(err)
		}
	}
	if got := received(t, sink, "A@example.com"); len(got) != 1 || got[0].Code() != "100000" || got[0].ID != "1" {
		t.Errorf("to a: %+v", got)
	}
	b := received(t, sink, "b@example.com")
	if len(b) != 3 || b[0].Code() != "100000" || b[2].Code() != "100002" {
		t.Errorf("to b: %+v", b)
	}
	if got := received(t, sink, "c@example.com"); len(got) != 0 {
		t.Errorf("to c: %+v", got)
	}
}

// TestOneConnectionForSeveral sends two messages without hanging up: the
// recipients of the first are not those of the second.
func TestOneConnectionForSeveral(t *testing.T) {
	t.Parallel()
	sink := sinkFor(t)
	client, err := smtp.Dial(sink.Address())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	for _, to := range []string{"a@example.com", "b@example.com"} {
		if err := deliver(client, to, "Your code is 482913\r\n"); err != nil {
			t.Fatal(err)
		}
	}
	for _, to := range []string{"a@example.com", "b@example.com"} {
		if got := received(t, sink, to); len(got) != 1 {
			t.Errorf("to %s: %+v", to, got)
		}
	}
	if err := client.Quit(); err != nil {
		t.Error(err)
	}
}

func deliver(client *smtp.Client, to, text string) error {
	if err := client.Mail("pds@example.com"); err != nil {
		return err
	}
	if err := client.Rcpt(to); err != nil {
		return err
	}
	writer, err := client.Data()
	if err != nil {
		return err
	}
	if _, err := io.WriteString(writer, text); err != nil {
		return err
	}
	return writer.Close()
}

func TestMailThatIsRefused(t *testing.T) {
	t.Parallel()
	sink := sinkFor(t)
	large := mail("X-Large: 1", strings.Repeat(strings.Repeat("x", 70)+"\n", maxMail/70))
	if err := send(t, sink, large, address); err == nil || !strings.Contains(err.Error(), "552") {
		t.Errorf("a mail of more than %d bytes: error %v", maxMail, err)
	}
	many := make([]string, 101)
	for i := range many {
		many[i] = fmt.Sprintf("a%d@example.com", i)
	}
	if err := send(t, sink, mail("X-Many: 1", "Hi"), many...); err == nil {
		t.Error("a mail to a hundred and one is taken")
	}
	if err := send(t, sink, mail("X-Long: 1", strings.Repeat("x", 200_000)), address); err == nil {
		t.Error("a line of 200 kB is taken")
	}
	if got := received(t, sink, address); len(got) != 0 {
		t.Errorf("kept all the same: %d messages", len(got))
	}
	if err := send(t, sink, mail("X-Last: 1", "Your code is 482913"), address); err != nil {
		t.Error(err)
	}
	if got := received(t, sink, address); len(got) != 1 {
		t.Errorf("%d messages after what was refused", len(got))
	}
}

// TestMailThatBreaksOff hangs up in the middle of a message.
func TestMailThatBreaksOff(t *testing.T) {
	t.Parallel()
	sink := sinkFor(t)
	connection, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", sink.Address())
	if err != nil {
		t.Fatal(err)
	}
	client, err := smtp.NewClient(connection, "pdsconform")
	if err != nil {
		t.Fatal(err)
	}
	if err := client.Mail("pds@example.com"); err != nil {
		t.Fatal(err)
	}
	if err := client.Rcpt(address); err != nil {
		t.Fatal(err)
	}
	if _, err := client.Data(); err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(connection, "Your code is 482913\r\n")
	connection.Close()
	if err := send(t, sink, "Your code is 111111\n", address); err != nil {
		t.Fatal(err)
	}
	if got := received(t, sink, address); len(got) != 1 || got[0].Code() != "111111" {
		t.Errorf("received: %+v", got)
	}
}

func TestMailIsBounded(t *testing.T) {
	t.Parallel()
	sink := sinkFor(t)
	to := make([]string, 100)
	for i := range to {
		to[i] = address
	}
	const rounds = maxMessages/100 + 1
	for i := range rounds {
		if err := send(t, sink, fmt.Sprintf("Subject: %d\n\nHi\n", i), to...); err != nil {
			t.Fatal(err)
		}
	}
	messages := received(t, sink, address)
	if len(messages) != maxMessages {
		t.Fatalf("%d messages are kept", len(messages))
	}
	if first, last := messages[0].Subject, messages[maxMessages-1].Subject; first != "1" || last != fmt.Sprint(rounds-1) {
		t.Errorf("kept from %s to %s", first, last)
	}
}

// TestMailIsBoundedInBytes keeps what a target sends without end from filling
// the memory of the run, in whatever part of the messages it is.
func TestMailIsBoundedInBytes(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", maxMail)
	for name, message := range map[string]Message{
		"texts": {Text: long}, "subjects": {Subject: long}, "both": {Subject: long, Text: long}, "addresses": {To: strings.Repeat("x", 2000)},
	} {
		sink := sinkFor(t)
		const sent = 2 * maxMailbox / maxMailText
		for range sent {
			sink.keep([]string{address + message.To}, message.Subject, message.Text)
		}
		sink.keep([]string{address}, "newest", "")
		size := 0
		for _, kept := range sink.messages {
			size += kept.size()
		}
		if size > maxMailbox || size != sink.size {
			t.Errorf("%s: %d bytes are kept, counted as %d", name, size, sink.size)
		}
		if last := sink.messages[len(sink.messages)-1].Subject; last != "newest" {
			t.Errorf("%s: the newest is %s", name, last)
		}
	}
}

// TestNestedMailTakesNoTime keeps a message of parts within parts as it is.
func TestNestedMailTakesNoTime(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&text, "Content-Type: multipart/mixed; boundary=\"b%d\"\n\n--b%d\n", i, i)
	}
	text.WriteString("Content-Type: text/plain\n\nyour code is ABCDE-FGH23\n")
	sink := sinkFor(t)
	start := time.Now()
	if err := send(t, sink, text.String(), address); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(start); took > 10*time.Second { // it took twenty and more on an idle machine
		t.Errorf("took %s", took)
	}
	if messages := received(t, sink, address); len(messages) != 1 {
		t.Errorf("%d messages", len(messages))
	}
}

func TestSinkThatCantListen(t *testing.T) {
	t.Parallel()
	sink := sinkFor(t)
	for _, taken := range []string{sink.Address(), "127.0.0.1:no-port", "nowhere"} {
		if second, err := NewMailSink(taken); err == nil {
			second.Close()
			t.Errorf("%s: listens", taken)
		} else if !strings.Contains(err.Error(), "listen for mail") {
			t.Errorf("%s: %v", taken, err)
		}
	}
}

func TestSinkCloses(t *testing.T) {
	t.Parallel()
	sink, err := NewMailSink("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := sink.Close(); err != nil {
			t.Error(err)
		}
	}
	if err := send(t, sink, "Hi\n", address); err == nil {
		t.Error("a closed sink takes mail")
	}
}
