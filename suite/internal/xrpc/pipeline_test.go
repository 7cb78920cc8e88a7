package xrpc

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
)

// lineOf makes a client of a server that takes one connection, reads a number
// of requests from it before it answers any, and then writes the given text.
// It keeps the connection open until the client closes it where open is set.
func lineOf(t *testing.T, client func(base string) *Client, requests int, answer string, open bool) *Client {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	t.Cleanup(func() { listener.Close(); <-done })
	go func() {
		defer close(done)
		connection, err := listener.Accept()
		if err != nil {
			return
		}
		defer connection.Close()
		reader := bufio.NewReader(connection)
		for range requests {
			request, err := http.ReadRequest(reader)
			if err != nil {
				t.Errorf("request: %v", err)
				return
			}
			_, _ = io.Copy(io.Discard, request.Body)
		}
		_, _ = io.WriteString(connection, answer)
		if open {
			_, _ = io.Copy(io.Discard, reader)
		}
	}()
	return client("http://" + listener.Addr().String())
}

func patient(base string) *Client { return NewClient(base, ample, NewSecrets()) }

func hurried(base string) *Client { return NewClient(base, brief, NewSecrets()) }

func answerOf(body string) string {
	return fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
}

// three are requests of which each has its own mark.
func three() []Request {
	requests := make([]Request, 3)
	for i := range requests {
		requests[i] = Procedure("com.example.do", map[string]any{"password": fmt.Sprintf("password-number-%d", i)})
	}
	return requests
}

func TestPipelineSendsAllBeforeTheFirstAnswer(t *testing.T) {
	t.Parallel()
	client := lineOf(t, patient, 3, answerOf(`{"token":"code-number-0"}`)+"HTTP/1.1 204 No Content\r\n\r\n"+answerOf("2"), true)
	exchanges := client.Pipeline(t.Context(), three())
	var got []string
	for i, exchange := range exchanges {
		got = append(got, fmt.Sprintf("%d %s %v", exchange.Status, exchange.Body, exchange.Err))
		if exchange.Request.Input["password"] != fmt.Sprintf("password-number-%d", i) {
			t.Errorf("exchange %d has another's request", i)
		}
	}
	if want := `200 {"token":"code-number-0"} <nil>|204  <nil>|200 2 <nil>`; strings.Join(got, "|") != want {
		t.Errorf("got %v, want %s", got, want)
	}
	if client.Sent() != 3 || client.Secrets().Replace("code-number-0 password-number-2") != "[mailed code] [password]" {
		t.Errorf("%d sent, or secrets were not learned", client.Sent())
	}
}

// What comes before the connection is closed counts; what is lost says why.
func TestPipelineThatBreaksOff(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer   string
		answered int
	}{
		"at once":     {"", 0},
		"after one":   {answerOf("a"), 1},
		"in a body":   {answerOf("a") + "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", 1},
		"in a header": {answerOf("a") + answerOf("b") + "HTTP/1.1 200 OK\r\nContent-Type: te", 2},
	} {
		exchanges := lineOf(t, patient, 3, test.answer, false).Pipeline(t.Context(), three())
		for i, exchange := range exchanges {
			if exchange.Answered() != (i < test.answered) {
				t.Errorf("%s: exchange %d: %v", name, i, exchange.Err)
			}
			if !exchange.Answered() && !strings.Contains(exchange.Err.Error(), "closed the connection without a complete answer") {
				t.Errorf("%s: exchange %d: %v", name, i, exchange.Err)
			}
		}
	}
}

// A server may close the connection after any answer; what is behind it was
// not refused an answer.
func TestPipelineThatTheServerEnds(t *testing.T) {
	t.Parallel()
	closing := "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\nb"
	for name, answer := range map[string]string{
		"said to close": answerOf("a") + closing,
		"HTTP/1.0":      answerOf("a") + "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nb",
	} {
		client := lineOf(t, patient, 3, answer, false)
		exchanges := client.Pipeline(t.Context(), three())
		if len(exchanges) != 2 || !exchanges[0].Answered() || string(exchanges[1].Body) != "b" {
			t.Errorf("%s: %+v", name, exchanges)
		}
	}
}

func TestPipelineIsBounded(t *testing.T) {
	t.Parallel()
	late := lineOf(t, hurried, 3, answerOf("a"), true).Pipeline(t.Context(), three())
	if got := late[2].Err; got == nil || got.Error() != "no complete answer within 100ms" {
		t.Errorf("out of time: %v", got)
	}
	long := string(bytes.Repeat([]byte("x"), maxBody))
	tooLong := lineOf(t, patient, 3, answerOf(long)+answerOf(long+"x")+answerOf("c"), true).Pipeline(t.Context(), three())
	if tooLong[0].Err != nil || len(tooLong[0].Body) != maxBody {
		t.Errorf("the longest body: %d bytes, %v", len(tooLong[0].Body), tooLong[0].Err)
	}
	if !errors.Is(tooLong[1].Err, errTooLong) || len(tooLong[1].Body) > maxKeptBody {
		t.Errorf("a longer body: %d bytes, %v", len(tooLong[1].Body), tooLong[1].Err)
	}
}

func TestPipelineToNobody(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listener.Close()
	for _, exchange := range patient("http://"+listener.Addr().String()).Pipeline(t.Context(), three()) {
		if !Unreachable(exchange.Err) {
			t.Errorf("got %v", exchange.Err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, exchange := range lineOf(t, patient, 0, "", true).Pipeline(ctx, three()) {
		if !errors.Is(exchange.Err, context.Canceled) {
			t.Errorf("got %v", exchange.Err)
		}
	}
}

// Interim answers come before the final one and are none themselves; a server that
// sends nothing else is given up.
func TestPipelinedAfterInterimAnswers(t *testing.T) {
	t.Parallel()
	const interim, final = "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
	message, err := http.NewRequest(http.MethodGet, "http://127.0.0.1/", nil)
	if err != nil {
		t.Fatal(err)
	}
	for answers, want := range map[string]int{final: 200, interim + final: 200, strings.Repeat(interim, 4) + final: 200, strings.Repeat(interim, 50): 0} {
		var exchange Exchange
		if _, err := readAnswer(bufio.NewReader(strings.NewReader(answers)), message, &exchange); exchange.Status != want || (err == nil) != (want != 0) {
			t.Errorf("%d, error %v, want %d", exchange.Status, err, want)
		}
	}
}
