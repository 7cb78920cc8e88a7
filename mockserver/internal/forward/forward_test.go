package forward

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// A mock that is its own fallback gets each request back, and ends that.
func TestLoopEnds(t *testing.T) {
	t.Parallel()
	calls := 0
	var own http.Handler
	own = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls++
		answer, err := To(own, r, nil, Caller{}, false)
		if err != nil || answer == nil {
			t.Fatalf("%v, %v", answer, err)
		}
		w.WriteHeader(answer.Status)
		_, _ = w.Write(answer.Body)
	})
	recorder := httptest.NewRecorder()
	own.ServeHTTP(recorder, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/xrpc/com.example.x", nil))
	if recorder.Code != http.StatusLoopDetected || calls != 2 {
		t.Errorf("status %d after %d calls", recorder.Code, calls)
	}
}
