package xrpc

import (
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// While a race has a method alone, no other request to it arrives; those to other
// methods do.
func TestAlone(t *testing.T) {
	t.Parallel()
	const racers = 4
	var racing, others atomic.Int32
	var disturbed atomic.Bool
	met := make(chan struct{})
	client := clientOf(t, time.Minute, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Query().Get("who") {
		case "racer":
			if racing.Add(1) == racers {
				close(met)
			}
			<-met
		case "other":
			others.Add(1)
			disturbed.CompareAndSwap(false, racing.Load() < racers)
		}
		_, _ = w.Write([]byte("{}"))
	})
	ask := func(nsid, who string) Request { return Query(nsid, nil).WithParameter("who", who) }
	race, end := client.Alone("com.example.x")
	var done sync.WaitGroup
	for range racers {
		done.Go(func() { client.Do(t.Context(), ask("com.example.x", "other")) })
	}
	if exchange := client.Do(t.Context(), ask("com.example.y", "elsewhere")); exchange.Err != nil {
		t.Errorf("another method waits for the race: %v", exchange.Err)
	}
	exchanges := race(t.Context(), slices.Repeat([]Request{ask("com.example.x", "racer")}, racers))
	end()
	done.Wait()
	if disturbed.Load() || others.Load() != racers {
		t.Errorf("%d others arrived, before the race was over: %t", others.Load(), disturbed.Load())
	}
	for _, exchange := range exchanges {
		if exchange.Err != nil {
			t.Error(exchange.Err)
		}
	}
}
