package mockserver

import (
	"bytes"
	"io"
	"log"
	"net"
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
	if len(answer) < len(statusPrefix)+3 || answer[len(statusPrefix)] < '4' { // cheap, and nearly always so
		return c.TCPConn.Write(answer)
	}
	line, _, raw := bytes.Cut(answer, rawRefusal)
	if !raw || bytes.IndexByte(line, '\n') >= 0 || len(line) < len(statusPrefix)+3 {
		return c.TCPConn.Write(answer)
	}
	status, err := strconv.Atoi(string(line[len(statusPrefix) : len(statusPrefix)+3]))
	if err != nil {
		return c.TCPConn.Write(answer)
	}
	if _, err := c.TCPConn.Write(refusal(status, string(line[len(statusPrefix)+3:]))); err != nil {
		return 0, err
	}
	return len(answer), nil
}

func refusal(status int, reason string) []byte {
	name := "InvalidRequest"
	if status == 431 {
		name, reason = "PayloadTooLarge", " Request Header Fields Too Large"
	} else if status != 505 {
		status, reason = 400, " Bad Request"
	}
	body := `{"error":"` + name + `","message":"The request could not be read as HTTP"}`
	return []byte(statusPrefix + strconv.Itoa(status) + reason +
		"\r\nContent-Type: application/json; charset=utf-8" +
		"\r\nAccess-Control-Allow-Origin: *" +
		"\r\nConnection: close" +
		"\r\nContent-Length: " + strconv.Itoa(len(body)) + "\r\n\r\n" + body)
}

// silent is for complaints of net/http about clients: they are in the answers.
func silent() *log.Logger { return log.New(io.Discard, "", 0) }
