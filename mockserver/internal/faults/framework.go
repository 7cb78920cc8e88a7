package faults

import (
	"net/http"
	"strings"

	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// frameworkDefects are those of what a server's framework answers by itself,
// before any method is asked.
func frameworkDefects() []defect {
	add := func(name, description string, on func(*http.Request, *xrpc.Response) bool, change func(*xrpc.Response)) defect {
		return defect{
			Defect: Defect{ID: "framework." + name, Facet: "framework", Description: description},
			apply: func(_ *server, p *plan) {
				onAnswer(func(r *http.Request, response *xrpc.Response) {
					if on(r, response) {
						change(response)
					}
				})(p.on(""))
			},
		}
	}
	status := func(status int) func(*http.Request, *xrpc.Response) bool {
		return func(_ *http.Request, response *xrpc.Response) bool { return response.Status == status }
	}
	crashing := func(response *xrpc.Response) { response.Status = http.StatusInternalServerError }
	return []defect{
		add("path-html", "paths that are no method are answered with HTML", status(http.StatusNotFound), GatewayPage),
		add("path-empty-html", "the path without a method is answered with HTML",
			func(r *http.Request, _ *xrpc.Response) bool { return r.URL.Path == "/xrpc/" }, GatewayPage),
		add("oversized-html", "bodies that are too large are answered with HTML", status(http.StatusRequestEntityTooLarge), GatewayPage),
		add("long-header-nameless", "headers that are too long are refused without a name", func(r *http.Request, _ *xrpc.Response) bool {
			for _, values := range r.Header {
				if len(strings.Join(values, "")) > longHeader*3 {
					return true
				}
			}
			return false
		}, func(response *xrpc.Response) {
			*response = xrpc.JSON([]byte(`{"message":"too long"}`))
			response.Status = http.StatusRequestHeaderFieldsTooLarge
		}),
		add("path-escaped-server-error", "paths with escaped characters are status 500",
			func(r *http.Request, _ *xrpc.Response) bool { return strings.Contains(r.URL.EscapedPath(), "%") }, crashing),
		add("content-encoding-server-error", "bodies that are not compressed as they say are status 500",
			func(r *http.Request, _ *xrpc.Response) bool { return r.Header.Get("Content-Encoding") != "" }, crashing),
		add("charset-server-error", "bodies in other character sets are status 500",
			func(r *http.Request, _ *xrpc.Response) bool {
				return strings.Contains(r.Header.Get("Content-Type"), "iso-8859")
			}, crashing),
	}
}
