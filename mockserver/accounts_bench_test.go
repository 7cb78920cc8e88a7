package mockserver_test

import (
	"flag"
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/pdsconform/pdsconform/mockserver"
)

var manyAccounts = flag.Int("accounts", 10_000, "how many `accounts` BenchmarkManyAccounts is among; the README has 1,000,000")

// BenchmarkManyAccounts logs in to a server of many accounts with a session
// each, in turns with one that has a single account. "of-empty" is the number
// of requests per second among the many, divided by that of the other;
// "B/account" what an account with its session takes on the heap, beyond the
// text of its strings; "B-left" what is left of it all after a reset.
func BenchmarkManyAccounts(b *testing.B) {
	empty, full := mockserver.RunT(b), mockserver.RunT(b)
	signUpForBenchmark(b, empty)
	signUpForBenchmark(b, full)
	before := heapInUse()
	text := populate(b, full, *manyAccounts)
	held := float64(heapInUse()-before-text) / float64(*manyAccounts)
	b.Run("createSession", func(b *testing.B) {
		var number atomic.Int64
		among := func() []byte { return logInAs(nameOf(int(number.Add(1) * 7919 % int64(*manyAccounts)))) } // here and there
		alone := func() []byte { return logInAs("bench") }
		fullTook, emptyTook := inTurns(b, newTurn(b, full.URL, among), newTurn(b, empty.URL, alone))
		b.ReportMetric(float64(emptyTook)/float64(fullTook), "of-empty")
		b.ReportMetric(held, "B/account")
	})
	full.Reset()
	empty.Reset()
	left := float64(heapInUse()) - float64(before)
	b.Run("Reset", func(b *testing.B) {
		for b.Loop() {
			full.Reset()
		}
		b.ReportMetric(left, "B-left")
	})
}

func logInAs(name string) []byte {
	return rawRequest(http.MethodPost, "createSession", "", `{"identifier":"`+name+`.test","password":"long-enough"}`)
}

// idLength is of the ID of a session: 32 bytes in base64 without padding.
const idLength = 43

func nameOf(number int) string { return fmt.Sprintf("user-%010d", number) }

// populate adds accounts with a session each, and returns how many bytes their
// strings take: handle, address and DID of the account, and the session's ID.
func populate(b *testing.B, server *mockserver.Server, number int) (text uint64) {
	b.Helper()
	var made, bytes atomic.Int64
	newTurn(b, server.URL, func() []byte {
		name := nameOf(int(made.Add(1) - 1))
		account := mockserver.Account{Handle: name + ".test", Email: name + "@example.com", Password: "long-enough"}
		did, err := server.SeedAccount(account)
		if err != nil {
			b.Error(err)
		}
		bytes.Add(int64(len(account.Handle) + len(account.Email) + len(did) + idLength))
		return logInAs(name)
	}).run(b, number)
	return uint64(bytes.Load())
}
