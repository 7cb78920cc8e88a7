package xrpc

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"
)

// Pipeline sends several requests on one connection, all before the first
// answer is read, so that a server which works on a connection's requests at
// once has them race. The exchanges come in the order of the requests; one
// without an answer says why. There are none of the requests behind an answer
// that closes the connection: a server may close after any answer, and then
// leaves them alone.
// Source: RFC 9112, sections 9.3.2 and 9.6
func (c *Client) Pipeline(ctx context.Context, requests []Request) []Exchange {
	if ctx.Err() == nil {
		ctx = requests[0].uncut(ctx)
	}
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	exchanges := make([]Exchange, len(requests))
	start := time.Now()
	messages, err := c.pipelined(ctx, requests)
	var connection net.Conn
	if err == nil {
		connection, err = c.dial(ctx)
	}
	if err == nil {
		defer connection.Close()
		stop := context.AfterFunc(ctx, func() { _ = connection.Close() })
		defer stop()
		err = writeAll(connection, messages)
	}
	var reader *bufio.Reader
	if err == nil {
		reader = bufio.NewReader(io.LimitReader(connection, int64(len(requests))*(maxBody+maxHeaders)))
	}
	c.sent.Add(int64(len(requests)))
	for i, request := range requests {
		exchanges[i] = Exchange{Request: request}
		c.secrets.learnRequest(request)
		last := false
		if err == nil {
			last, err = readAnswer(reader, messages[i], &exchanges[i])
		}
		if err != nil && ctx.Err() != nil && !Unreachable(err) {
			err = ctx.Err() // rather than what the closed connection says
		}
		if err != nil {
			exchanges[i].Err = plain(err, c.timeout)
		}
		exchanges[i].Duration, exchanges[i].decoded = time.Since(start), new(decoded)
		c.secrets.learnResponse(exchanges[i])
		c.pace.hear(exchanges[i])
		if last && err == nil {
			return exchanges[:i+1]
		}
	}
	return exchanges
}

func (c *Client) pipelined(ctx context.Context, requests []Request) ([]*http.Request, error) {
	messages := make([]*http.Request, len(requests))
	for i, request := range requests {
		message, err := c.message(ctx, request)
		if err != nil {
			return nil, err
		}
		messages[i] = message
	}
	return messages, nil
}

// dial connects to the target's host, with TLS where its URL asks for it.
func (c *Client) dial(ctx context.Context) (net.Conn, error) {
	base, err := url.Parse(c.base)
	if err != nil {
		return nil, err
	}
	port := base.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[base.Scheme]
	}
	address := net.JoinHostPort(base.Hostname(), port)
	if base.Scheme == "https" {
		dialer := tls.Dialer{Config: &tls.Config{ServerName: base.Hostname(), NextProtos: []string{"http/1.1"}, MinVersion: tls.VersionTLS12}}
		return dialer.DialContext(ctx, "tcp", address)
	}
	return (&net.Dialer{}).DialContext(ctx, "tcp", address)
}

// writeAll sends all requests in one write, so that they arrive together.
func writeAll(connection net.Conn, messages []*http.Request) error {
	var together bytes.Buffer
	for _, message := range messages {
		if err := message.Write(&together); err != nil {
			return err
		}
	}
	_, err := connection.Write(together.Bytes())
	return err
}

// readAnswer reads the next answer and reports whether it closes the connection.
func readAnswer(reader *bufio.Reader, message *http.Request, exchange *Exchange) (last bool, err error) {
	response, err := readFinal(reader, message)
	if err != nil {
		return false, err
	}
	defer response.Body.Close()
	if err := checkStatus(response.StatusCode); err != nil {
		return false, err
	}
	exchange.Status, exchange.Header = response.StatusCode, response.Header
	exchange.Body, err = io.ReadAll(io.LimitReader(response.Body, maxBody+1))
	if err == nil && len(exchange.Body) > maxBody {
		*exchange = exchange.Brief()
		return false, errTooLong
	}
	return response.Close, err
}

// maxInterim is how many interim answers may come before the final one, as in
// net/http.
const maxInterim = 5

// readFinal reads past the interim answers that a server may send before any
// other.
// Source: https://www.rfc-editor.org/rfc/rfc9110#section-15.2
func readFinal(reader *bufio.Reader, message *http.Request) (*http.Response, error) {
	for range maxInterim {
		response, err := http.ReadResponse(reader, message)
		if err != nil || response.StatusCode/100 != 1 || response.StatusCode == http.StatusSwitchingProtocols {
			return response, err
		}
		_ = response.Body.Close() // it has none
	}
	return nil, errors.New("the server sends interim answers and no final one")
}
