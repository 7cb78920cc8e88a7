// Bare is the limit that the mock's speed is held against: a net/http handler
// that answers every request with the bytes of a file.
//
//	bare FILE
//
// It prints its URL and serves until it is ended.
package main

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"time"
)

func main() {
	if err := serve(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bare:", err)
		os.Exit(1)
	}
}

func serve(files []string) error {
	if len(files) != 1 {
		return fmt.Errorf("%d files given, want the one that is the answer", len(files))
	}
	answer, err := os.ReadFile(files[0]) //nolint:gosec // named by whoever starts this
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // at once
	if err != nil {
		return err
	}
	fmt.Fprintf(os.Stdout, "http://%s\n", listener.Addr())
	server := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_, _ = w.Write(answer) //nolint:gosec // the file is the answer
	})}
	return server.Serve(listener)
}
