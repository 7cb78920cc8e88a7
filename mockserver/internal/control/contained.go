package control

import (
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
)

// contained answers a panic of the control protocol with status 500.
func contained(logger *slog.Logger, handler http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if fault := recover(); fault != nil {
				logger.Error("control handler panicked", "path", r.URL.Path,
					"panic", fmt.Sprint(fault), "stack", string(debug.Stack()))
				write(w, nil, &protocolError{http.StatusInternalServerError, "InternalServerError", "Internal Server Error"})
			}
		}()
		handler.ServeHTTP(w, r)
	})
}
