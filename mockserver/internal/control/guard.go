package control

import (
	"net"
	"net/http"
	"slices"
	"strings"
)

// guarded keeps pages of other sites, open in the same browser, from steering
// the server: by requests that change something and carry another origin, and
// by a name of their own that leads to this machine.
// Source: https://developer.mozilla.org/docs/Web/Security/Practical_implementation_guides/CSRF_prevention
func guarded(hostname string, handler http.Handler) http.Handler {
	origins := http.NewCrossOriginProtection()
	origins.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		write(w, nil, &protocolError{http.StatusForbidden, "Forbidden",
			"the control server takes no orders from pages of another origin"})
	}))
	sameOrigin := origins.Handler(handler)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !isOwnName(hostname, r.Host) {
			write(w, nil, &protocolError{http.StatusMisdirectedRequest, "MisdirectedRequest",
				"the control server doesn't answer to this host: use its address, localhost, a name without a dot, " +
					"or the hostname that the server was started with"})
			return
		}
		sameOrigin.ServeHTTP(w, r)
	})
}

// isOwnName reports whether a Host header can't be that of a stranger's page:
// it is an address, a name that nobody can register, or the server's own.
// Source: https://www.rfc-editor.org/rfc/rfc6761#section-6
func isOwnName(hostname, host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.ToLower(strings.TrimSuffix(strings.Trim(host, "[]"), "."))
	if net.ParseIP(host) != nil || !strings.Contains(host, ".") {
		return true
	}
	own := strings.ToLower(hostname)
	last := host[strings.LastIndexByte(host, '.')+1:]
	return host == own || strings.HasSuffix(host, "."+own) ||
		slices.Contains([]string{"localhost", "test", "example", "invalid", "local", "internal"}, last)
}
