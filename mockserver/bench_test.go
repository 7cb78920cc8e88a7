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
	"testing"
	"time"

	"github.com/pdsconform/pdsconform/mockserver"
)

// connections is how many clients a benchmark has at a time.
const connections = 8

// BenchmarkDescribeServer, BenchmarkGetSession and BenchmarkCreateSession send
// requests over real loopback connections, in turn to the mock and to a bare
// net/http handler that answers with the same bytes. The metric "of-bare" is
// the mock's number of requests per second, divided by the bare handler's.
func BenchmarkDescribeServer(b *testing.B) {
	server := mockserver.RunT(b)
	againstBare(b, server, http.MethodGet, "describeServer", "", "")
}

func BenchmarkGetSession(b *testing.B) {
	server := mockserver.RunT(b)
	access, _ := signUpForBenchmark(b, server)
	againstBare(b, server, http.MethodGet, "getSession", access, "")
}

func BenchmarkCreateSession(b *testing.B) {
	server := mockserver.RunT(b)
	signUpForBenchmark(b, server)
	againstBare(b, server, http.MethodPost, "createSession", "", `{"identifier":"bench.test","password":"long-enough"}`)
}

func BenchmarkRefreshSession(b *testing.B) {
	server := mockserver.RunT(b)
	_, refresh := signUpForBenchmark(b, server)
	againstBare(b, server, http.MethodPost, "refreshSession", refresh, "")
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

func againstBare(b *testing.B, server *mockserver.Server, verb, method, bearer, body string) {
	b.Helper()
	request := rawRequest(verb, method, bearer, body)
	answer := firstAnswer(b, server.URL, request)
	bare := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_, _ = w.Write(answer)
	}))
	b.Cleanup(bare.Close)
	mockTurn, bareTurn := newTurn(b, server.URL, request), newTurn(b, bare.URL, request)
	var mockTook, bareTook time.Duration
	const slices = 10 // short turns, so that both see the same weather
	b.ResetTimer()
	for i := range slices {
		n := b.N*(i+1)/slices - b.N*i/slices
		b.StopTimer()
		bareTook += bareTurn.run(b, n)
		b.StartTimer()
		mockTook += mockTurn.run(b, n)
	}
	b.ReportMetric(float64(bareTook)/float64(mockTook), "of-bare")
	b.ReportMetric(float64(b.N)/mockTook.Seconds(), "requests/s")
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

// turn is a set of connections that send one request over and over. It spends
// far less than http.Client would, which shares the machine with the servers.
type turn struct {
	request []byte
	clients []*rawClient
}

func newTurn(b *testing.B, url string, request []byte) *turn {
	b.Helper()
	made := &turn{request: request}
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
				if _, err := client.do(t.request); err != nil {
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
