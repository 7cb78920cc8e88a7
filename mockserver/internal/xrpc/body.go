package xrpc

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
)

// MaxBody is the largest request body that is read, before decompression and
// after it, unless an endpoint says otherwise.
const MaxBody = 100 << 10

// maxDiscarded is how much of a larger body is read and forgotten, so that the
// connection can go on: net/http gives up on one sooner, and lingers for half a
// second so that the answer isn't lost.
const maxDiscarded = 1 << 20

// discard takes in the rest of a body that is refused. Whoever asked first
// whether to send it has the refusal before that.
func discard(r *http.Request) {
	if r.ContentLength <= maxDiscarded && r.Header.Get("Expect") == "" {
		_, _ = io.CopyN(io.Discard, r.Body, maxDiscarded) // the answer is the same whatever comes
	}
}

// bounded reads so many bytes; where there are more, it fails with the error
// that says so.
type bounded struct {
	from io.Reader
	left int
}

func newBounded(from io.Reader, most int) *bounded { return &bounded{from, most} }

// Read reads as io.Reader says.
func (b *bounded) Read(into []byte) (int, error) {
	if len(into) > b.left+1 {
		into = into[:b.left+1]
	}
	n, err := b.from.Read(into)
	if n > b.left {
		return b.left, payloadTooLarge()
	}
	b.left -= n
	return n, err
}

// hasBody reports whether a request carries a body, were it an empty one in
// chunks: the framing alone decides.
func hasBody(r *http.Request) bool {
	if r.ContentLength != 0 && r.ProtoMajor >= 2 {
		return r.Body != nil && r.Body != http.NoBody
	}
	return r.ContentLength > 0 || len(r.TransferEncoding) > 0
}

// readBody returns the body, decompressed: at most so many bytes, before and
// after.
func readBody(r *http.Request, most int) ([]byte, error) {
	if !hasBody(r) {
		return nil, nil
	}
	body, err := decodedBody(r, most)
	if refusal := new(Error); errors.As(err, &refusal) && refusal.Status == http.StatusRequestEntityTooLarge {
		discard(r)
	}
	return body, err
}

func decodedBody(r *http.Request, most int) ([]byte, error) {
	if r.ContentLength > int64(most) {
		return nil, payloadTooLarge()
	}
	encoding := strings.ToLower(strings.TrimSpace(r.Header.Get("Content-Encoding")))
	switch encoding {
	case "", "identity":
		return readAll(r.Body, r.ContentLength, most)
	case "gzip", "deflate":
		return decompress(encoding, newBounded(r.Body, most), most)
	}
	return nil, unsupportedMediaType("Unsupported content encoding: " + encoding)
}

// PeekBody returns the body, decompressed, and leaves it to be read again,
// faults included; nil where it can't be read.
func PeekBody(r *http.Request) []byte {
	if !hasBody(r) {
		return nil
	}
	raw, err := io.ReadAll(io.LimitReader(r.Body, MaxBody+1))
	var rest io.Reader = r.Body
	if err != nil {
		rest = broken{err}
	}
	closer := r.Body
	r.Body = readCloser{io.MultiReader(bytes.NewReader(raw), rest), closer}
	copied := r.WithContext(r.Context())
	copied.Body = io.NopCloser(bytes.NewReader(raw))
	body, err := readBody(copied, MaxBody)
	if err != nil {
		return nil
	}
	return body
}

// readCloser reads from one and closes another.
type readCloser struct {
	io.Reader
	io.Closer
}

// broken fails whoever reads it.
type broken struct{ err error }

// Read returns the error.
func (b broken) Read([]byte) (int, error) { return 0, b.err }

func decompress(encoding string, compressed io.Reader, most int) ([]byte, error) {
	var plain io.ReadCloser
	var err error
	if encoding == "gzip" {
		plain, err = gzip.NewReader(compressed)
	} else {
		plain, err = zlib.NewReader(compressed)
	}
	if err != nil {
		return nil, InvalidRequest("The request body is not a valid " + encoding + " stream")
	}
	defer func() { _ = plain.Close() }() // it closes no more than a decompressor
	return readAll(plain, -1, most)
}

// readAll reads at most so many bytes; size is a hint, or negative.
func readAll(from io.Reader, size int64, most int) ([]byte, error) {
	if size > 0 {
		body := make([]byte, size)
		if _, err := io.ReadFull(from, body); err != nil {
			return nil, unreadable(err)
		}
		return body, nil
	}
	body, err := io.ReadAll(newBounded(from, most))
	if err != nil {
		return nil, unreadable(err)
	}
	return body, nil
}

func unreadable(err error) error {
	var known *Error
	if errors.As(err, &known) {
		return known
	}
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return InvalidRequest("The request body ended early")
	}
	return InvalidRequest("The request body could not be read")
}

// mediaType is what a Content-Type header says, in lower case; both are empty
// where it says nothing that can be understood.
func mediaType(header string) (name, charset string) {
	if header == jsonType {
		return jsonType, ""
	}
	name, parameters, err := mime.ParseMediaType(header)
	if err != nil && !errors.Is(err, mime.ErrInvalidMediaParameter) {
		return "", ""
	}
	if !strings.Contains(name, "/") {
		return "", ""
	}
	return name, strings.ToLower(parameters["charset"])
}

const jsonType = "application/json"
