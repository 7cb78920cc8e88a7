package mockserver_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pdsconform/pdsconform/mockserver"
)

// connections is how many clients a benchmark has at a time.
const connections = 8

// BenchmarkDescribeServer and those after it that are named for a method send
// requests over real loopback connections, in turn to the mock and to a bare
// net/http handler that answers with the same bytes. The metric "of-bare" is
// the mock's number of requests per second, divided by the bare handler's.
func BenchmarkDescribeServer(b *testing.B) {
	server := mockserver.RunT(b)
	againstBare(b, server, always(http.MethodGet, "describeServer", "", ""))
}

func BenchmarkGetSession(b *testing.B) {
	server := mockserver.RunT(b)
	access, _ := signUpForBenchmark(b, server)
	againstBare(b, server, always(http.MethodGet, "getSession", access, ""))
}

func BenchmarkCreateSession(b *testing.B) {
	server := mockserver.RunT(b)
	signUpForBenchmark(b, server)
	againstBare(b, server, always(http.MethodPost, "createSession", "", `{"identifier":"bench.test","password":"long-enough"}`))
}

func BenchmarkRefreshSession(b *testing.B) {
	server := mockserver.RunT(b)
	_, refresh := signUpForBenchmark(b, server)
	againstBare(b, server, always(http.MethodPost, "refreshSession", refresh, ""))
}

// BenchmarkCreateAccount signs a new account up with each request.
func BenchmarkCreateAccount(b *testing.B) {
	var number atomic.Int64
	againstBare(b, mockserver.RunT(b), func() []byte {
		name := fmt.Sprintf("user-%010d", number.Add(1))
		return rawRequest(http.MethodPost, "createAccount", "",
			`{"handle":"`+name+`.test","email":"`+name+`@example.com","password":"long-enough"}`)
	})
}

// BenchmarkStart measures what a test pays for a server of its own.
func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		server, err := mockserver.New(mockserver.Options{})
		if err != nil {
			b.Fatal(err)
		}
		server.Close()
	}
}

func signUpForBenchmark(b *testing.B, server *mockserver.Server) (access, refresh string) {
	b.Helper()
	if _, err := server.SeedAccount(mockserver.Account{Handle: "bench.test", Email: "bench@example.com", Password: "long-enough"}); err != nil {
		b.Fatal(err)
	}
	c := newClient(b, server)
	answer := c.post("createSession", "", object{"identifier": "bench.test", "password": "long-enough"})
	return answer.text("accessJwt"), answer.text("refreshJwt")
}

// always makes the same request each time.
func always(verb, method, bearer, body string) func() []byte {
	request := rawRequest(verb, method, bearer, body)
	return func() []byte { return request }
}

// againstBare sends the requests that next makes.
func againstBare(b *testing.B, server *mockserver.Server, next func() []byte) {
	b.Helper()
	answer := firstAnswer(b, server.URL, next())
	bare := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_, _ = w.Write(answer)
	}))
	b.Cleanup(bare.Close)
	mockTook, bareTook := inTurns(b, newTurn(b, server.URL, next), newTurn(b, bare.URL, next))
	b.ReportMetric(float64(bareTook)/float64(mockTook), "of-bare")
	b.ReportMetric(float64(b.N)/mockTook.Seconds(), "requests/s")
}

// inTurns sends b.N requests to each of two servers, and returns how long that
// took. The benchmark's own time is that of the first.
func inTurns(b *testing.B, measured, baseline *turn) (tookMeasured, tookBaseline time.Duration) {
	b.Helper()
	const slices = 10 // short turns, so that both see the same weather
	b.ResetTimer()
	for i := range slices {
		n := b.N*(i+1)/slices - b.N*i/slices
		b.StopTimer()
		tookBaseline += baseline.run(b, n)
		b.StartTimer()
		tookMeasured += measured.run(b, n)
	}
	return tookMeasured, tookBaseline
}

func rawRequest(verb, method, bearer, body string) []byte {
	var request strings.Builder
	fmt.Fprintf(&request, "%s /xrpc/com.atproto.server.%s HTTP/1.1\r\nHost: localhost\r\n", verb, method)
	if bearer != "" {
		fmt.Fprintf(&request, "Authorization: Bearer %s\r\n", bearer)
	}
	if body != "" {
		fmt.Fprintf(&request, "Content-Type: application/json\r\nContent-Length: %d\r\n", len(body))
	}
	request.WriteString("\r\n" + body)
	return []byte(request.String())
}

// turn is a set of connections to one server. It spends far less than
// http.Client would, which shares the machine with the servers.
type turn struct {
	next    func() []byte // for all connections at once
	clients []*rawClient
}

func newTurn(b *testing.B, url string, next func() []byte) *turn {
	b.Helper()
	made := &turn{next: next}
	for range connections {
		made.clients = append(made.clients, dial(b, url))
	}
	return made
}

// run sends n requests and returns how long that took.
func (t *turn) run(b *testing.B, n int) time.Duration {
	b.Helper()
	start := time.Now()
	var all sync.WaitGroup
	for i, client := range t.clients {
		share := n*(i+1)/len(t.clients) - n*i/len(t.clients)
		all.Go(func() {
			for range share {
				if _, err := client.do(t.next()); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	return time.Since(start)
}

type rawClient struct {
	conn   net.Conn
	reader *bufio.Reader
	body   []byte
}

func dial(b *testing.B, url string) *rawClient {
	b.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { conn.Close() })
	return &rawClient{conn: conn, reader: bufio.NewReader(conn), body: make([]byte, 64<<10)}
}

func firstAnswer(b *testing.B, url string, request []byte) []byte {
	b.Helper()
	body, err := dial(b, url).do(request)
	if err != nil {
		b.Fatal(err)
	}
	return bytes.Clone(body)
}

var (
	okLine        = []byte("HTTP/1.1 200")
	contentLength = []byte("Content-Length: ")
)

// do returns the body of the answer, which must have status 200 and a length.
func (c *rawClient) do(request []byte) ([]byte, error) {
	if _, err := c.conn.Write(request); err != nil {
		return nil, err
	}
	length, first := -1, true
	for {
		line, err := c.reader.ReadSlice('\n')
		if err != nil {
			return nil, err
		}
		switch {
		case first && !bytes.HasPrefix(line, okLine):
			return nil, fmt.Errorf("answer begins with %q", line)
		case bytes.HasPrefix(line, contentLength):
			length, err = strconv.Atoi(string(bytes.TrimSpace(line[len(contentLength):])))
			if err != nil {
				return nil, err
			}
		case len(line) == len("\r\n"):
			if length < 0 {
				return nil, errors.New("answer without a length")
			}
			_, err := io.ReadFull(c.reader, c.body[:length])
			return c.body[:length], err
		}
		first = false
	}
}
