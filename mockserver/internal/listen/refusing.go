package listen

import (
	"bytes"
	"io"
	"log"
	"net"
	"net/http"
	"strconv"
)

// refusingListener makes the answers of net/http to what it can't read as HTTP
// into answers of this server: JSON with a name, readable for any origin, and
// never blaming the server for what the client sent.
type refusingListener struct{ net.Listener }

// Accept waits for the next connection.
func (l refusingListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if tcp, ok := conn.(*net.TCPConn); ok {
		return &refusingConn{tcp}, nil
	}
	return conn, err
}

type refusingConn struct{ *net.TCPConn }

// ReadFrom hides that of the TCP connection, which would go around Write.
func (c *refusingConn) ReadFrom(from io.Reader) (int64, error) {
	return io.Copy(struct{ io.Writer }{c}, from)
}

// rawRefusal follows the status line in the answers that net/http writes
// without a handler.
var rawRefusal = []byte("\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n")

const statusPrefix = "HTTP/1.1 "

// Write passes on everything but a raw refusal.
func (c *refusingConn) Write(answer []byte) (int, error) {
	if len(answer) < len(statusPrefix)+3 || answer[len(statusPrefix)] < '4' || answer[0] != 'H' { // cheap, and nearly always so
		return c.TCPConn.Write(answer)
	}
	status, raw := rawStatus(answer)
	if !raw {
		return c.TCPConn.Write(answer)
	}
	if _, err := c.TCPConn.Write(refusal(status)); err != nil {
		return 0, err
	}
	return len(answer), nil
}

// rawStatus returns the status of an answer that no handler has made: of a raw
// refusal, or of an Expect header that asks for what nobody can do.
func rawStatus(answer []byte) (status int, raw bool) {
	line, _, raw := bytes.Cut(answer, rawRefusal)
	raw = raw && bytes.IndexByte(line, '\n') < 0
	status, err := strconv.Atoi(string(answer[len(statusPrefix) : len(statusPrefix)+3]))
	return status, err == nil && (raw || status == http.StatusExpectationFailed)
}

func refusal(status int) []byte {
	name := "InvalidRequest"
	switch status {
	case http.StatusRequestHeaderFieldsTooLarge:
		name = "PayloadTooLarge"
	case http.StatusHTTPVersionNotSupported, http.StatusExpectationFailed:
	default:
		status = http.StatusBadRequest
	}
	body := `{"error":"` + name + `","message":"The request could not be read as HTTP"}`
	return []byte(statusPrefix + strconv.Itoa(status) + " " + http.StatusText(status) +
		"\r\nContent-Type: application/json; charset=utf-8" +
		"\r\nAccess-Control-Allow-Origin: *" +
		"\r\nConnection: close" +
		"\r\nContent-Length: " + strconv.Itoa(len(body)) + "\r\n\r\n" + body)
}

// silent is for complaints of net/http about clients: they are in the answers.
func silent() *log.Logger { return log.New(io.Discard, "", 0) }
