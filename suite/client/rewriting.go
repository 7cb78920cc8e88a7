package client

import (
	"bytes"
	"encoding/json"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// rewriter changes the body of an answer to a method, named by the last part of
// its NSID, into another that the documents allow for.
type rewriter func(method string, status int, body []byte) []byte

// throughRewriter puts a rewriter between the client and the scenario's server:
// for ways that a server of the control protocol need not have. The function
// that it returns takes it away.
func (s *fixture) throughRewriter(rewrite rewriter) (remove func()) {
	target, err := url.Parse(s.server.URL)
	s.must(err)
	listener, err := new(net.ListenConfig).Listen(s.ctx, "tcp", "127.0.0.1:0")
	s.must(err)
	transport := &http.Transport{DisableCompression: true} // bodies stay as they are
	proxy := &httputil.ReverseProxy{
		Transport: transport,
		Rewrite: func(request *httputil.ProxyRequest) {
			request.SetURL(target)
			request.Out.Host = request.In.Host // as the client sent it
		},
		ModifyResponse: func(response *http.Response) error { return rewritten(response, rewrite) },
		ErrorLog:       log.New(io.Discard, "", 0), // a client that is gone is nobody's fault
	}
	server := &http.Server{Handler: proxy, ReadHeaderTimeout: time.Minute}
	go func() { _ = server.Serve(listener) }() // ends with Close
	s.server.URL = "http://" + listener.Addr().String()
	s.record.base = s.server.URL
	return func() {
		_ = server.Close()
		transport.CloseIdleConnections()
	}
}

func rewritten(response *http.Response, rewrite rewriter) error {
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	_ = response.Body.Close()
	method := short(strings.TrimPrefix(response.Request.URL.Path, "/xrpc/"))
	changed := rewrite(method, response.StatusCode, body)
	if len(body) == 0 && len(changed) > 0 {
		response.Header.Set("Content-Type", "application/json")
	}
	response.Body = io.NopCloser(bytes.NewReader(changed))
	response.ContentLength, response.TransferEncoding = int64(len(changed)), nil
	response.Header.Set("Content-Length", strconv.Itoa(len(changed)))
	return nil
}

// objectForNothing answers with an empty object where success has no output.
func objectForNothing(method string, status int, body []byte) []byte {
	if method != "" && status == http.StatusOK && len(body) == 0 {
		return []byte("{}")
	}
	return body
}

// unheardOfStatus tells of every account that it is not active, for a reason
// that no document lists.
func unheardOfStatus(method string, status int, body []byte) []byte {
	var object map[string]any
	if status != http.StatusOK || json.Unmarshal(body, &object) != nil || object["active"] == nil {
		return body
	}
	object["active"], object["status"] = false, "hibernating"
	return encoded(object)
}

// noStatus tells of every account that it is not active, and for no reason.
func noStatus(method string, status int, body []byte) []byte {
	var object map[string]any
	if json.Unmarshal(unheardOfStatus(method, status, body), &object) != nil || object["status"] == nil {
		return body
	}
	delete(object, "status")
	return encoded(object)
}

// encoded is the text of what was JSON before.
func encoded(object map[string]any) []byte {
	text, err := json.Marshal(object)
	if err != nil {
		panic("client: " + err.Error())
	}
	return text
}
