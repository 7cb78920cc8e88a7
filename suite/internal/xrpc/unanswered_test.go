package xrpc

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func TestMethodThatNeverAnswersIsGivenUp(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	client := clientOf(t, 20*time.Millisecond, func(_ http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "com.example.hangs") {
			asked.Add(1)
		}
		<-r.Context().Done()
	})
	for i := range patience + 2 {
		exchange := client.Do(t.Context(), Query("com.example.hangs", nil))
		if exchange.Answered() || Unreachable(exchange.Err) {
			t.Fatalf("request %d: %v", i, exchange.Err)
		}
		if givenUp := strings.HasPrefix(exchange.Err.Error(), "not sent: "); givenUp != (i >= patience) {
			t.Errorf("request %d: %v", i, exchange.Err)
		}
	}
	if client.Sent() != patience || asked.Load() > patience {
		t.Errorf("%d sent, %d arrived, want %d", client.Sent(), asked.Load(), patience)
	}
	if exchange := client.Do(t.Context(), Query("com.example.other", nil)); strings.HasPrefix(exchange.Err.Error(), "not sent") {
		t.Errorf("another method: %v", exchange.Err)
	}
}

func TestPatienceIsRestored(t *testing.T) {
	t.Parallel()
	var u unanswered
	u.note("com.example.a", true)
	for range patience - 1 {
		u.note("com.example.a", false)
		u.note("com.example.b", false)
	}
	u.note("com.example.a", true)
	u.note("com.example.a", false)
	u.note("com.example.b", false)
	if err := u.givenUp("com.example.a"); err != nil {
		t.Errorf("an answer in between: %v", err)
	}
	if u.givenUp("com.example.b") == nil {
		t.Errorf("%d in a row are not given up", patience)
	}
}

// TestMethodThatAnswersNowAndThenIsGivenUp sends no more to a method that answers
// one request of three, after a number that the error states.
func TestMethodThatAnswersNowAndThenIsGivenUp(t *testing.T) {
	t.Parallel()
	var u unanswered
	sent := 0
	for u.givenUp("com.example.a") == nil {
		u.note("com.example.a", sent%3 == 2)
		if sent++; sent > 100 {
			t.Fatal("it is not given up")
		}
	}
	if err := u.givenUp("com.example.a"); sent != 15-1 || err.Error() != "not sent: 10 requests to the method were not answered in time" {
		t.Errorf("after %d: %v", sent, err)
	}
}

// A dropped connection is an answer of a kind, and no time is lost on it.
func TestDroppedConnectionsAreNotGivenUp(t *testing.T) {
	t.Parallel()
	client := clientOfText(t, "")
	for range patience + 2 {
		client.Do(t.Context(), Query("com.example.get", nil))
	}
	if client.Sent() != patience+2 {
		t.Errorf("%d sent, want %d", client.Sent(), patience+2)
	}
}
