package spec

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/target"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

const (
	readMethod = "com.atproto.server.read"
	makeMethod = "com.atproto.server.make"
)

// served is a bench of a target that a handler serves. No exchange is a
// finding.
func served(t *testing.T, handle http.HandlerFunc, change ...func(*target.Options)) *Bench {
	t.Helper()
	server := httptest.NewServer(handle)
	t.Cleanup(server.Close)
	client := xrpc.NewClient(server.URL, time.Minute, xrpc.NewSecrets())
	t.Cleanup(client.Close)
	options := target.Options{Client: client, Random: rand.New(rand.NewPCG(1, 2))}
	for _, set := range change {
		set(&options)
	}
	return NewBench(target.New(options), map[string]Recipe{}, func(xrpc.Exchange) []Finding { return nil })
}

// answers is a handler that gives the same answer to all.
func answers(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}
}

// counted counts what reaches a handler.
func counted(requests *atomic.Int32, handle http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		handle(w, r)
	}
}

// one is a case under an ID.
func one(id string, run func(context.Context, *Trial)) Case {
	return Case{Requirement: Requirement{Requirement: reports.Requirement{
		ID: id, Title: "It is so.", Source: "x", Level: reports.Must, Authority: reports.XRPC}}, Run: run}
}

// statuses lists the statuses of exchanges.
func statuses(exchanges []xrpc.Exchange) []int {
	var found []int
	for _, exchange := range exchanges {
		found = append(found, exchange.Status)
	}
	return found
}

// read asks for something.
func read() xrpc.Request { return xrpc.Query(readMethod, nil) }
