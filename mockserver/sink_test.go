package mockserver_test

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	netmail "net/mail"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
)

// letter is a mail as it arrived.
type letter struct {
	from, to string
	raw      []byte
}

// sink is an SMTP server that keeps what it gets. It answers a letter with the
// error that refuse returns, where there is one.
type sink struct {
	address string
	letters chan letter
	refuse  func(letter) error
}

func newSink(t testing.TB, refuse func(letter) error) *sink {
	t.Helper()
	port, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &sink{address: port.Addr().String(), letters: make(chan letter, 1000), refuse: refuse}
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) {
		return &delivery{sink: s}, nil
	}))
	server.Domain = "sink.example"
	go func() { _ = server.Serve(port) }()
	t.Cleanup(func() { _ = server.Close() })
	return s
}

func (s *sink) next(t testing.TB) letter {
	t.Helper()
	select {
	case arrived := <-s.letters:
		return arrived
	case <-time.After(10 * time.Second):
		t.Fatal("no mail arrived")
		return letter{}
	}
}

// delivery is one session with the sink.
type delivery struct {
	sink *sink
	letter
}

func (d *delivery) Reset()                                      { d.letter = letter{} }
func (d *delivery) Logout() error                               { return nil }
func (d *delivery) Mail(from string, _ *smtp.MailOptions) error { d.from = from; return nil }
func (d *delivery) Rcpt(to string, _ *smtp.RcptOptions) error   { d.to = to; return nil }

func (d *delivery) Data(body io.Reader) (err error) {
	if d.raw, err = io.ReadAll(body); err != nil {
		return err
	}
	if d.sink.refuse != nil {
		if err := d.sink.refuse(d.letter); err != nil {
			return err
		}
	}
	d.sink.letters <- d.letter
	return nil
}

// parts decodes the alternatives of a letter by media type.
func (l letter) parts(t *testing.T) (netmail.Header, map[string]string) {
	t.Helper()
	message, err := netmail.ReadMessage(bytes.NewReader(l.raw))
	if err != nil {
		t.Fatal(err)
	}
	media, parameters, err := mime.ParseMediaType(message.Header.Get("Content-Type"))
	if err != nil || media != "multipart/alternative" {
		t.Fatalf("message is %s, %v", media, err)
	}
	decoded := map[string]string{}
	reader := multipart.NewReader(message.Body, parameters["boundary"])
	for {
		part, err := reader.NextRawPart()
		if errors.Is(err, io.EOF) {
			return message.Header, decoded
		}
		if err != nil {
			t.Fatal(err)
		}
		if encoding := part.Header.Get("Content-Transfer-Encoding"); encoding != "quoted-printable" {
			t.Errorf("part is encoded as %q", encoding)
		}
		text, err := io.ReadAll(quotedprintable.NewReader(part))
		if err != nil {
			t.Fatal(err)
		}
		media, parameters, _ := mime.ParseMediaType(part.Header.Get("Content-Type"))
		if !strings.EqualFold(parameters["charset"], "utf-8") {
			t.Errorf("part has charset %q", parameters["charset"])
		}
		decoded[media] = strings.ReplaceAll(string(text), "\r\n", "\n")
	}
}
