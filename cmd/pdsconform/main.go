// Command pdsconform checks account servers of the AT Protocol against their
// lexicon documents, and serves a reference mock of one.
//
// It reads flags, environment and configuration file, hands them to the suite
// or the mock, and prints what comes back. It must not know how anything is
// checked or answered.
package main

import (
	"context"
	"io"
	"log"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	log.SetOutput(io.Discard) // net/http prints what a target sends unasked, an echoed credential too
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	code := Run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr, os.Environ())
	os.Exit(code)
}
