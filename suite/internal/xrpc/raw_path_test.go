package xrpc

import (
	"net/http"
	"testing"
)

// What no server can read as a path is sent all the same: net/http refuses it on the
// other side.
func TestRawPathIsSentAsItIs(t *testing.T) {
	t.Parallel()
	client := clientOf(t, ample, func(http.ResponseWriter, *http.Request) {})
	request := Query("com.example.get", nil)
	if exchange := client.Do(t.Context(), request.WithRawPath("com.example.get?a=b")); exchange.Status != http.StatusOK {
		t.Errorf("a path that is well-formed: %d %v", exchange.Status, exchange.Err)
	}
	if exchange := client.Do(t.Context(), request.WithRawPath("com.example.get%zz")); exchange.Status != http.StatusBadRequest {
		t.Errorf("a path that is not: %d %v", exchange.Status, exchange.Err)
	}
}
