package smtp

import (
	"log/slog"
	"net"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pdsconform/pdsconform/mockserver"
)

func TestParseAddress(t *testing.T) {
	t.Parallel()
	for _, good := range []string{"127.0.0.1:1025", "[::1]:25", "localhost:1", "mail_sink:1025", "mail.example.com:65535"} {
		if _, err := parseAddress(good); err != nil {
			t.Errorf("%s is refused: %v", good, err)
		}
	}
	for _, bad := range []string{
		"", ":", ":25", "localhost", "localhost:", "localhost:0", "localhost:65536", "localhost:smtp", "localhost:-1", "localhost:+25",
		"smtp://localhost:25", "::1:25", "a b:25", "localhost:25 ", "a\r\nb:25", "-:25", "unix:///tmp/x:25", "localhost:25/x",
	} {
		if _, err := parseAddress(bad); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}

func TestSecurity(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]string{
		"127.0.0.1": "NoTLS", "127.1.2.3": "NoTLS", "::1": "NoTLS", "LocalHost": "NoTLS",
		"192.0.2.1": "TLSOpportunistic", "localhost.example": "TLSOpportunistic",
	} {
		if got := (address{host, 25}).security().String(); got != want {
			t.Errorf("%s has %s, want %s", host, got, want)
		}
	}
}

func TestHTML(t *testing.T) {
	t.Parallel()
	got := htmlOf(mockserver.Message{Subject: "A & B", Text: "For <you>.\n\nIt is AAAAA-BBBBB.\n", Token: "AAAAA-BBBBB"})
	for _, want := range []string{"<title>A &amp; B</title>", "<p>For &lt;you&gt;.</p>", "<p>It is <strong>AAAAA-BBBBB</strong>.</p>"} {
		if !strings.Contains(got, want) {
			t.Errorf("page lacks %s:\n%s", want, got)
		}
	}
	if got := htmlOf(mockserver.Message{Text: "No code."}); !strings.Contains(got, "<p>No code.</p>") {
		t.Errorf("page without a code is\n%s", got)
	}
}

// log is what a logger wrote, for several goroutines.
type log struct {
	mutex sync.Mutex
	text  strings.Builder
}

func (l *log) Write(text []byte) (int, error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.text.Write(text)
}

func (l *log) count(text string) int {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return strings.Count(l.text.String(), text)
}

// silent is a server that takes connections and says nothing.
func silent(t *testing.T) address {
	t.Helper()
	port, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { port.Close() })
	return address{"127.0.0.1", port.Addr().(*net.TCPAddr).Port}
}

func message(id int) mockserver.Message {
	return mockserver.Message{
		ID: strconv.Itoa(id), To: "a@example.com", From: "noreply@localhost",
		Subject: "Subject", Text: "The code is AAAAA-BBBBB.", Token: "AAAAA-BBBBB", At: time.Unix(1, 0),
	}
}

// TestSilentServer is about a server that never answers: nothing waits for it
// beyond the limits, and nothing of it stays.
func TestSilentServer(t *testing.T) {
	for name, row := range map[string]struct {
		limits limits
		reason string // in each line; empty: the network's, whose words vary
	}{
		"one delivery takes too long": {limits{queue: 3, delivery: 20 * time.Millisecond, drain: time.Minute}, ""},
		"closing takes too long":      {limits{queue: 3, delivery: time.Minute, drain: 20 * time.Millisecond}, errGivenUp.Error()},
	} {
		t.Run(name, func(t *testing.T) {
			var lines log
			to := silent(t)
			before := runtime.NumGoroutine()
			c := start(to, slog.New(slog.NewTextHandler(&lines, nil)), row.limits)
			for id := range 3 {
				c.Take(message(id))
			}
			c.Close()
			c.Close()
			if got := lines.count("mail was not delivered"); got != 3 || row.reason != "" && lines.count(row.reason) != 3 {
				t.Errorf("log tells of %d failures:\n%s", got, lines.text.String())
			}
			if lines.count("AAAAA") != 0 {
				t.Errorf("log holds the code:\n%s", lines.text.String())
			}
			for range 1000 { // what has ended still has to be scheduled once more
				if runtime.NumGoroutine() <= before {
					return
				}
				<-time.After(time.Millisecond)
			}
			stacks := make([]byte, 64<<10)
			t.Errorf("%d goroutines before, %d after:\n%s", before, runtime.NumGoroutine(), stacks[:runtime.Stack(stacks, true)])
		})
	}
}

func TestQueueIsBounded(t *testing.T) {
	t.Parallel()
	var lines log
	c := start(silent(t), slog.New(slog.NewTextHandler(&lines, nil)), limits{queue: 2, delivery: time.Millisecond, drain: time.Minute})
	for id := range 1000 {
		c.Take(message(id)) // never waits
	}
	c.Take(message(0))
	for len(c.refused) > 0 {
		runtime.Gosched()
	}
	c.Close()
	c.Take(message(0)) // again does no harm
	if lines.count("mail lost") == 0 {
		t.Errorf("log does not tell of lost mail:\n%s", lines.text.String())
	}
}

func TestForget(t *testing.T) {
	t.Parallel()
	var lines log
	c := start(silent(t), slog.New(slog.NewTextHandler(&lines, nil)), limits{queue: 50, delivery: time.Minute, drain: time.Millisecond})
	for id := range 50 {
		c.Take(message(id))
	}
	c.Forget()
	c.Close()
	if got := lines.count("mail was not delivered"); got > 1 { // that which was under way
		t.Errorf("%d messages were still sent", got)
	}
}

func TestBadAddresses(t *testing.T) {
	t.Parallel()
	var lines log
	c := start(silent(t), slog.New(slog.NewTextHandler(&lines, nil)), usualLimits())
	for _, bad := range []mockserver.Message{{From: "noreply@localhost", To: "nobody"}, {From: "", To: "a@example.com"}} {
		c.Take(bad)
	}
	c.Close()
	if lines.count("recipient") != 1 || lines.count("sender") != 1 {
		t.Errorf("log is\n%s", lines.text.String())
	}
}
