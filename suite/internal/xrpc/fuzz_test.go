package xrpc

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"
)

// planted are secrets that the suite has sent before the answer comes.
var planted = []string{"pl4nted \"pass\"/word+<é>", "planted.access~JWT.signature_"}

// clientOfBytes is a client whose server reads a request and sends the bytes,
// on a pipe.
func clientOfBytes(answer []byte) *Client {
	client := NewClient("http://pds.example", ample, NewSecrets())
	client.http.Transport = &http.Transport{
		DisableCompression:     true,
		DisableKeepAlives:      true, // or what follows an answer is logged
		MaxResponseHeaderBytes: maxHeaders,
		DialContext: func(context.Context, string, string) (net.Conn, error) {
			near, far := net.Pipe()
			go answerOnce(far, answer)
			return near, nil
		},
	}
	return client
}

func answerOnce(connection net.Conn, answer []byte) {
	defer connection.Close()
	request, err := http.ReadRequest(bufio.NewReader(connection))
	if err != nil {
		return
	}
	_, _ = io.Copy(io.Discard, request.Body)
	_, _ = connection.Write(answer) // the client may have read enough
}

// answers are what a server may send, well-formed and not.
func answers() []string {
	const ok, json = "HTTP/1.1 200 OK\r\n", "Content-Type: application/json\r\n"
	whole := func(body string) string {
		return ok + json + "Content-Length: " + strconv.Itoa(len(body)) + "\r\n\r\n" + body
	}
	return []string{
		"", ok, ok + "\r\n", "HTTP/9.9 abc\r\n\r\n", "SSH-2.0-x\r\n", "\x15\x03\x01\x00\x02\x02\x16",
		whole(`{"accessJwt":"eyJh.issued-token.c2ln","did":"did:web:a"}`),
		whole(`{"error":"InvalidToken","message":"` + planted[1] + ` is bad"}`),
		whole(`{"message":"pl4nted \"pass\"\/word+\u003cé>"}`),
		whole(`{"message":"` + escaped("is "+planted[1]) + `"}`), whole(`{"message":"` + escaped(planted[0]) + `"`),
		whole(`{"` + escaped("accessJwt") + `":"` + escaped("eyJh.issued-token.c2ln") + `","extra":[1e400,"\ud800",{"token":["abcdef"]}]}`),
		whole(`{"refreshJwt":"eyJh.issued-token.c2ln" trailing`),
		whole("\ufeff[null]"), whole("\xff\xfe{}"), whole(strings.Repeat("[", 5000)),
		ok + json + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nTrailer: planted.access~JWT.signature_\r\n\r\n",
		ok + json + "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n{}",
		ok + "Content-Length: 99999999999\r\n\r\n" + strings.Repeat("x", 5000),
		ok + "Content-Type: text/html; charset=\"\r\nSet-Cookie: planted.access~JWT.signature_\r\nX: " + strings.Repeat("y", 5000) + "\r\n\r\n<html>",
		"HTTP/1.1 302 Found\r\nLocation: http://pds.example/?planted.access~JWT.signature_\r\n\r\n",
		"HTTP/1.1 100 Continue\r\n\r\n" + ok + "\r\n", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\nx",
		"HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\n{}", "HTTP/1.0 500 x\r\n\r\n{\"error\":1,\"message\":null}",
	}
}

// escaped writes every character of a text as JSON may write it.
func escaped(text string) string {
	var written strings.Builder
	for _, unit := range utf16.Encode([]rune(text)) {
		fmt.Fprintf(&written, `\u%04x`, unit)
	}
	return written.String()
}

// FuzzAnswer has a server send bytes for an answer. Whatever they are, the
// client comes back with an exchange of bounded size, and no secret of the
// request or of the answer stands in the evidence.
func FuzzAnswer(f *testing.F) {
	answered := 0
	for _, answer := range answers() {
		f.Add([]byte(answer))
		client := clientOfBytes([]byte(answer))
		if client.Do(f.Context(), Query("com.example.get", nil)).Answered() {
			answered++
		}
		client.Close()
	}
	if answered < 12 {
		f.Fatalf("only %d of the seeds are answers to the client", answered)
	}
	f.Fuzz(func(t *testing.T, answer []byte) {
		client := clientOfBytes(answer)
		defer client.Close()
		request := Procedure("com.example.do", map[string]any{"password": planted[0]}).WithBearer(planted[1])
		exchange := client.Do(t.Context(), request)

		isBounded(t, exchange)
		evidence, err := json.Marshal(client.Secrets().Record("http://pds.example", exchange))
		if err != nil || !utf8.Valid(evidence) {
			t.Fatalf("the evidence is no JSON: %v", err)
		}
		if len(evidence) > 20*maxRecorded+20*len(answer) {
			t.Errorf("evidence of %d bytes for an answer of %d", len(evidence), len(answer))
		}
		for _, secret := range append(issued(exchange), planted...) {
			if holds(evidence, secret, true) {
				t.Errorf("the secret %q stands in the evidence %s", secret, evidence)
			}
		}
	})
}

func isBounded(t *testing.T, exchange Exchange) {
	t.Helper()
	if len(exchange.Body) > maxBody {
		t.Errorf("a body of %d bytes was kept", len(exchange.Body))
	}
	if exchange.Answered() && (exchange.Status < 100 || exchange.Status > 999) {
		t.Errorf("status %d was taken", exchange.Status)
	}
	if exchange.Succeeded() && !exchange.Answered() || exchange.Refused() && exchange.Succeeded() {
		t.Error("the outcomes contradict each other")
	}
	decoded, err := exchange.JSON()
	if err == nil && !json.Valid(exchange.Body) {
		t.Errorf("%q was decoded as %v", exchange.Body, decoded)
	}
	if name := exchange.ErrorName(); name != "" && err != nil {
		t.Errorf("the error name %q was read from what is no JSON", name)
	}
	if strings.ContainsAny(exchange.MediaType(), "; \t") {
		t.Errorf("media type %q has parameters", exchange.MediaType())
	}
}

// issued are the tokens that a successful answer hands out, as far as they are
// long enough to be told from ordinary words.
func issued(exchange Exchange) []string {
	var secrets []string
	for _, name := range []string{"accessJwt", "refreshJwt", "password", "token"} {
		if text := exchange.String(name); exchange.Succeeded() && len(text) >= 16 {
			secrets = append(secrets, text)
		}
	}
	return secrets
}

// holds reports whether a text stands in any string of a JSON document,
// however it is escaped there, or in a body within it that is JSON itself.
func holds(document []byte, secret string, bodies bool) bool {
	decoder := json.NewDecoder(bytes.NewReader(document))
	for {
		token, err := decoder.Token()
		if err != nil {
			return false
		}
		text, isText := token.(string)
		if isText && (strings.Contains(text, secret) || bodies && holds([]byte(text), secret, false)) {
			return true
		}
	}
}
