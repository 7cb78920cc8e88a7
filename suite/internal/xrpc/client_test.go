package xrpc

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const (
	ample = time.Minute            // for exchanges that end by themselves
	brief = 100 * time.Millisecond // for exchanges that end by the limit
)

// clientOf makes a client of a server that a handler serves.
func clientOf(t *testing.T, limit time.Duration, handle http.HandlerFunc) *Client {
	t.Helper()
	server := httptest.NewServer(handle)
	t.Cleanup(server.Close)
	client := NewClient(server.URL, limit, NewSecrets())
	t.Cleanup(client.Close)
	return client
}

// clientOfText makes a client of a server that reads one request and answers
// with bytes as they are, then closes the connection.
func clientOfText(t *testing.T, answer string) *Client {
	t.Helper()
	return clientOf(t, ample, func(w http.ResponseWriter, r *http.Request) {
		hijacked(w, r, answer)
	})
}

func hijacked(w http.ResponseWriter, r *http.Request, answer string) {
	_, _ = io.Copy(io.Discard, r.Body)
	connection, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		panic(err)
	}
	defer connection.Close()
	_, _ = io.WriteString(connection, answer)
}

func TestDo(t *testing.T) {
	t.Parallel()
	client := clientOf(t, ample, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("Content-Type", "text/plain")
		w.WriteHeader(http.StatusTeapot)
		fmt.Fprintf(w, "%s %s %s", r.Method, r.URL, body)
	})
	request := Procedure("com.example.do", map[string]any{"a": 1}).WithParameter("q", "ä")
	exchange := client.Do(t.Context(), request)
	if exchange.Err != nil || exchange.Status != http.StatusTeapot || exchange.MediaType() != "text/plain" {
		t.Errorf("got %+v", exchange)
	}
	if want := `POST /xrpc/com.example.do?q=%C3%A4 {"a":1}`; string(exchange.Body) != want {
		t.Errorf("sent %q, want %q", exchange.Body, want)
	}
	if diff := cmp.Diff(request, exchange.Request); diff != "" || client.Sent() != 1 {
		t.Errorf("%d sent, the request is kept as (-want +got):\n%s", client.Sent(), diff)
	}
}

func TestBaseURL(t *testing.T) {
	t.Parallel()
	var path atomic.Value
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { path.Store(r.URL.Path) }))
	t.Cleanup(server.Close)
	for suffix, want := range map[string]string{"": "/xrpc/com.example.get", "/": "/xrpc/com.example.get", "/pds/": "/pds/xrpc/com.example.get"} {
		client := NewClient(server.URL+suffix, ample, NewSecrets())
		client.Do(t.Context(), Query("com.example.get", nil))
		if path.Load() != want || strings.HasSuffix(client.Base(), "/") {
			t.Errorf("base %q: %s was asked for %s, want %s", suffix, client.Base(), path.Load(), want)
		}
		client.Close()
	}
}

// TestHeaders shows what is sent beside the body, byte for byte.
func TestHeaders(t *testing.T) {
	t.Parallel()
	type sent struct {
		Header   http.Header
		Length   int64
		Encoding []string
	}
	var got sent
	client := clientOf(t, ample, func(_ http.ResponseWriter, r *http.Request) {
		got = sent{r.Header.Clone(), r.ContentLength, r.TransferEncoding}
	})
	agent := http.Header{"User-Agent": {"pdsconform"}}
	with := func(name, value string) http.Header {
		header := agent.Clone()
		header.Set(name, value)
		return header
	}
	withLength := func(header http.Header, length string) http.Header {
		header = header.Clone()
		header.Set("Content-Length", length)
		return header
	}
	for name, test := range map[string]struct {
		request Request
		want    sent
	}{
		"query":           {Query("com.example.get", nil), sent{Header: agent}},
		"no input":        {ProcedureWithoutInput("com.example.do"), sent{Header: withLength(agent, "0")}},
		"input":           {Procedure("com.example.do", map[string]any{}), sent{Header: withLength(with("Content-Type", "application/json"), "2"), Length: 2}},
		"empty body":      {ProcedureWithoutInput("com.example.do").WithRaw([]byte{}, "text/plain"), sent{Header: withLength(with("Content-Type", "text/plain"), "0")}},
		"no media type":   {ProcedureWithoutInput("com.example.do").WithRaw([]byte("x"), ""), sent{Header: withLength(agent, "1"), Length: 1}},
		"media type only": {Request{NSID: "com.example.do", Verb: "POST", ContentType: "text/plain"}, sent{Header: withLength(agent, "0")}},
		"authorization":   {Query("com.example.get", nil).WithBearer("a.b.c"), sent{Header: with("Authorization", "Bearer a.b.c")}},
		"own header":      {Query("com.example.get", nil).WithHeader("x-one", "1"), sent{Header: with("X-One", "1")}},
	} {
		if exchange := client.Do(t.Context(), test.request); exchange.Err != nil {
			t.Errorf("%s: %v", name, exchange.Err)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	var requests atomic.Int32
	client := clientOf(t, ample, func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
	})
	exchange := client.Do(t.Context(), Procedure("com.example.do", map[string]any{}).WithBearer("a.b.c"))
	if exchange.Err != nil || exchange.Status != http.StatusTemporaryRedirect || exchange.Header.Get("Location") != "/elsewhere" {
		t.Errorf("got %+v", exchange)
	}
	if requests.Load() != 1 {
		t.Errorf("%d requests, want 1", requests.Load())
	}
}

func TestCompressedAnswersAreLeftAlone(t *testing.T) {
	t.Parallel()
	var compressed bytes.Buffer
	writer := gzip.NewWriter(&compressed)
	_, _ = writer.Write([]byte(`{"a":1}`))
	writer.Close()
	var asked atomic.Bool
	client := clientOf(t, ample, func(w http.ResponseWriter, r *http.Request) {
		asked.Store(r.Header.Get("Accept-Encoding") != "")
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(compressed.Bytes())
	})
	exchange := client.Do(t.Context(), Query("com.example.get", nil))
	if exchange.Err != nil || !bytes.Equal(exchange.Body, compressed.Bytes()) || exchange.Header.Get("Content-Encoding") != "gzip" {
		t.Errorf("got %+v", exchange)
	}
	if asked.Load() {
		t.Error("compression was asked for")
	}
}

func TestSizeIsBounded(t *testing.T) {
	t.Parallel()
	chunk := bytes.Repeat([]byte("x"), 64<<10)
	endless := clientOf(t, ample, func(w http.ResponseWriter, _ *http.Request) {
		for {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	})
	exchange := endless.Do(t.Context(), Query("com.example.get", nil))
	if !errors.Is(exchange.Err, errTooLong) || len(exchange.Body) > maxKeptBody || exchange.leftOut < maxBody-maxKeptBody || exchange.Status != http.StatusOK {
		t.Errorf("an endless body: %d bytes, status %d, %v", len(exchange.Body), exchange.Status, exchange.Err)
	}
	longest := clientOf(t, ample, func(w http.ResponseWriter, _ *http.Request) {
		for range maxBody / len(chunk) {
			_, _ = w.Write(chunk)
		}
	})
	exchange = longest.Do(t.Context(), Query("com.example.get", nil))
	if exchange.Err != nil || len(exchange.Body) != maxBody {
		t.Errorf("the longest body: %d bytes, %v", len(exchange.Body), exchange.Err)
	}
	headers := clientOf(t, ample, func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("X-Long", string(chunk)+string(chunk)) })
	if exchange = headers.Do(t.Context(), Query("com.example.get", nil)); exchange.Err == nil || Unreachable(exchange.Err) {
		t.Errorf("headers without end: %v", exchange.Err)
	}
}

func TestTimeIsBounded(t *testing.T) {
	t.Parallel()
	const outOfTime = "no complete answer within 100ms"
	begin := func(w http.ResponseWriter, text string) {
		_, _ = io.WriteString(w, text)
		_ = http.NewResponseController(w).Flush()
	}
	for name, test := range map[string]struct {
		begin      func(http.ResponseWriter)
		want, body string
	}{
		"no answer":       {func(http.ResponseWriter) {}, outOfTime, ""},
		"half an answer":  {func(w http.ResponseWriter) { begin(w, "half") }, "the answer broke off: " + outOfTime, "half"},
		"an answer's top": {func(w http.ResponseWriter) { begin(w, "") }, "the answer broke off: " + outOfTime, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := clientOf(t, brief, func(w http.ResponseWriter, r *http.Request) {
				test.begin(w)
				<-r.Context().Done()
			})
			exchange := client.Do(t.Context(), Query("com.example.get", nil))
			if exchange.Err == nil || Unreachable(exchange.Err) || client.Sent() != 1 {
				t.Fatalf("%d sent, got %v", client.Sent(), exchange.Err)
			}
			got, body := exchange.Err.Error(), string(exchange.Body)
			tooSlow := exchange.Status == 0 && got == outOfTime // of this machine: the answer had no time to begin
			if (got != test.want || body != test.body) && !tooSlow {
				t.Errorf("got %q with body %q, want %q with %q", got, body, test.want, test.body)
			}
		})
	}
}

// TestIncompleteAnswers has what a server can do wrong below HTTP.
func TestIncompleteAnswers(t *testing.T) {
	t.Parallel()
	const closed = "the server closed the connection without a complete answer"
	for name, test := range map[string]struct{ answer, want, body string }{
		"dropped":            {"", closed, ""},
		"dropped in status":  {"HTTP/1.1 20", "malformed HTTP status", ""},
		"dropped in headers": {"HTTP/1.1 200 OK\r\nContent-Type: text", closed, ""},
		"short body":         {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", "the answer broke off: " + closed, "abc"},
		"short chunk":        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc", "the answer broke off: " + closed, "abc"},
		"no last chunk":      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", "the answer broke off: " + closed, "abc"},
		"broken chunk":       {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n", "the answer broke off: ", ""},
		"no HTTP":            {"SSH-2.0-OpenSSH_9.0\r\n\r\n", "malformed HTTP", ""},
		"status of letters":  {"HTTP/1.1 abc OK\r\n\r\n", "malformed HTTP status", ""},
		"broken header":      {"HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "malformed MIME header", ""},
		"two lengths":        {"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", "Content-Length", ""},
		"length of letters":  {"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\nabcd", "Content-Length", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := clientOfText(t, test.answer)
			exchange := client.Do(t.Context(), Procedure("com.example.do", map[string]any{}))
			if exchange.Answered() || !strings.Contains(exchange.Err.Error(), test.want) || string(exchange.Body) != test.body {
				t.Errorf("got %v with body %q, want %q with %q", exchange.Err, exchange.Body, test.want, test.body)
			}
			if Unreachable(exchange.Err) || strings.Contains(exchange.Err.Error(), client.Base()) {
				t.Errorf("%v: taken for unreachable, or repeats the URL", exchange.Err)
			}
			if client.Sent() != 1 {
				t.Errorf("%d sent, want 1: nothing is sent twice on a new connection", client.Sent())
			}
		})
	}
}

func TestUnreachable(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	client := NewClient(server.URL, ample, NewSecrets())
	exchange := client.Do(t.Context(), Query("com.example.get", nil))
	if !Unreachable(exchange.Err) || exchange.Answered() || client.Sent() != 1 {
		t.Errorf("%d sent, got %v", client.Sent(), exchange.Err)
	}
	if Unreachable(nil) || Unreachable(io.EOF) {
		t.Error("what has nothing to do with a connection counts as unreachable")
	}
}

// A host that drops packets is told apart from a server that does not answer.
func TestConnectionThatTakesTooLong(t *testing.T) {
	t.Parallel()
	dialer := net.Dialer{Deadline: time.Unix(1, 0)}
	_, err := dialer.DialContext(t.Context(), "tcp", "127.0.0.1:9")
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("got %v, want a deadline", err)
	}
	if worded := plain(&url.Error{Op: "Get", URL: "http://127.0.0.1:9", Err: err}, ample); !Unreachable(worded) {
		t.Errorf("%v is not unreachable", worded)
	}
}

// TestLostOnIdleConnection answers one request, then does each of several
// things to those that follow on the same connection.
func TestLostOnIdleConnection(t *testing.T) {
	t.Parallel()
	ok := func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("{}")) }
	drop := func(w http.ResponseWriter, r *http.Request) { hijacked(w, r, "") }
	begin := func(w http.ResponseWriter, r *http.Request) {
		hijacked(w, r, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")
	}
	for name, test := range map[string]struct {
		then     []http.HandlerFunc
		answered bool
	}{
		"answered":                   {[]http.HandlerFunc{ok}, true},
		"dropped, then answered":     {[]http.HandlerFunc{drop, ok}, true},
		"dropped on both":            {[]http.HandlerFunc{drop, drop}, false},
		"an answer that was begun":   {[]http.HandlerFunc{begin}, false},
		"dropped, then one is begun": {[]http.HandlerFunc{drop, begin}, false},
	} {
		for _, verb := range []string{http.MethodPost, http.MethodGet} {
			t.Run(name+" "+verb, func(t *testing.T) {
				t.Parallel()
				var requests atomic.Int32
				handlers := append([]http.HandlerFunc{ok}, test.then...)
				client := clientOf(t, ample, func(w http.ResponseWriter, r *http.Request) {
					i := int(requests.Add(1)) - 1
					handlers[min(i, len(handlers)-1)](w, r)
				})
				request := Procedure("com.example.do", map[string]any{"a": 1}).WithVerb(verb)
				if first := client.Do(t.Context(), request); !first.Answered() {
					t.Fatal(first.Err)
				}
				exchange := client.Do(t.Context(), request)
				if exchange.Answered() != test.answered {
					t.Errorf("got %v", exchange.Err)
				}
				if got := int(requests.Load()); got != len(handlers) {
					t.Errorf("%d requests arrived, want %d", got, len(handlers))
				}
			})
		}
	}
}

// TestInterruption cuts off what changes nothing, and sends it no second time.
// Only the answer tells what any other request has changed.
func TestInterruption(t *testing.T) {
	t.Parallel()
	for _, verb := range []string{http.MethodGet, http.MethodPost} {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var requests atomic.Int32
		client := clientOf(t, ample, func(w http.ResponseWriter, r *http.Request) {
			if requests.Add(1) == 1 {
				return
			}
			cancel()
			if verb == http.MethodGet {
				<-r.Context().Done()
			}
			w.WriteHeader(http.StatusAccepted)
		})
		request := ProcedureWithoutInput("com.example.do").WithVerb(verb)
		client.Do(ctx, request)
		exchange := client.Do(ctx, request)
		cutOff := errors.Is(exchange.Err, context.Canceled)
		if cutOff != (verb == http.MethodGet) || cutOff == (exchange.Status == http.StatusAccepted) {
			t.Errorf("%s: status %d, %v", verb, exchange.Status, exchange.Err)
		}
		if later := client.Do(ctx, request); !errors.Is(later.Err, context.Canceled) || requests.Load() != 2 || client.Sent() != 2 {
			t.Errorf("%s: %d requests, %d sent, %v", verb, requests.Load(), client.Sent(), later.Err)
		}
	}
}

// lateTransport tells of a first byte after it has given up, as the real one
// may: its goroutines outlast the exchange.
type lateTransport struct{ telling sync.WaitGroup }

func (l *lateTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	trace := httptrace.ContextClientTrace(request.Context())
	trace.GotConn(httptrace.GotConnInfo{Reused: true})
	l.telling.Go(trace.GotFirstResponseByte)
	return nil, io.ErrUnexpectedEOF
}

func TestLateTraceDoesNotRace(t *testing.T) {
	t.Parallel()
	client := NewClient("http://127.0.0.1:9", ample, NewSecrets())
	transport := &lateTransport{}
	client.http.Transport = transport
	if exchange := client.Do(t.Context(), Query("com.example.get", nil)); exchange.Answered() {
		t.Error("an answer out of nowhere")
	}
	transport.telling.Wait()
}

func TestClientServesGoroutines(t *testing.T) {
	t.Parallel()
	client := clientOf(t, ample, func(w http.ResponseWriter, r *http.Request) { fmt.Fprintf(w, `{"token":%q}`, r.URL.RawQuery) })
	request := Query("com.example.get", nil).WithHeader("X-One", "1")
	var group sync.WaitGroup
	for i := range 16 {
		group.Go(func() {
			want := fmt.Sprintf("n=%06d", i)
			exchange := client.Do(t.Context(), request.WithParameter("n", want[2:]))
			if exchange.String("token") != want {
				t.Errorf("got %q, want %q", exchange.String("token"), want)
			}
			if got := client.Secrets().Replace(want); got != "[mailed code]" {
				t.Errorf("the secret %s was not learned: %s", want, got)
			}
		})
	}
	group.Wait()
	if client.Sent() != 16 {
		t.Errorf("%d sent, want 16", client.Sent())
	}
}

// What takes too long on a kept connection would take as long on a new one.
func TestLateAnswerOnIdleConnectionIsNotAskedForAgain(t *testing.T) {
	t.Parallel()
	var requests atomic.Int32
	client := clientOf(t, brief, func(_ http.ResponseWriter, r *http.Request) {
		if requests.Add(1) > 1 {
			<-r.Context().Done()
		}
	})
	if first := client.Do(t.Context(), ProcedureWithoutInput("com.example.do")); !first.Answered() {
		t.Skipf("the machine is too slow for the limit: %v", first.Err)
	}
	exchange := client.Do(t.Context(), ProcedureWithoutInput("com.example.do"))
	if exchange.Answered() || client.Sent() != 2 {
		t.Errorf("%d sent, want 2; %v", client.Sent(), exchange.Err)
	}
}
