package faults

import (
	"net/http"
	"strings"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// transportDefects are those of a server that pages can't talk to, or that
// minds headers which change nothing.
func transportDefects(method *lexicons.Method) []defect {
	add := func(name, description string, on func(*http.Request) bool, change func(*xrpc.Response)) defect {
		return about(method, "transport", name, description, func(f *xrpc.Faults) {
			f.Answer = append(f.Answer, func(r *http.Request, response *xrpc.Response) {
				if on(r) {
					change(response)
				}
			})
		})
	}
	all := []defect{
		add("accept-refused", "refuses to answer whoever accepts HTML alone", func(r *http.Request) bool {
			accepted := r.Header.Get("Accept")
			return accepted != "" && accepted != "*/*" && accepted != jsonMedia
		}, refuseWith(http.StatusNotAcceptable, "NotAcceptable")),
		add("origin-refused", "refuses requests of pages", func(r *http.Request) bool { return r.Header.Get("Origin") != "" },
			refuseWith(http.StatusForbidden, "Forbidden")),
	}
	all = append(all, add("compression-refused", "refuses whoever takes compressed answers",
		func(r *http.Request) bool { return strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") },
		refuseWith(http.StatusNotAcceptable, "NotAcceptable")))
	if !method.IsQuery() {
		all = append(all, add("parameters-refused", "refuses parameters in its URL",
			func(r *http.Request) bool { return r.URL.RawQuery != "" }, refuseWith(http.StatusBadRequest, "InvalidRequest")))
	}
	if method.Input != nil {
		all = append(all, add("chunks-refused", "refuses bodies that come in chunks",
			func(r *http.Request) bool { return r.ContentLength < 0 }, refuseWith(http.StatusBadRequest, "InvalidRequest")))
	}
	if method.Input == nil {
		all = append(all, add("content-type-refused", "refuses a Content-Type without a body",
			func(r *http.Request) bool { return r.Header.Get("Content-Type") != "" && r.ContentLength == 0 },
			refuseWith(http.StatusBadRequest, "InvalidRequest")))
	}
	return all
}

const jsonMedia = "application/json"

func refuseWith(status int, name string) func(*xrpc.Response) {
	return func(response *xrpc.Response) {
		*response = xrpc.JSON([]byte(`{"error":"` + name + `","message":"` + http.StatusText(status) + `"}`))
		response.Status = status
	}
}

// anyTransportDefects are those of all methods.
func anyTransportDefects() []defect {
	add := func(name, description string, on func(*http.Request, *xrpc.Response) bool, header string, value ...string) defect {
		return defect{
			Defect: Defect{ID: "transport." + name, Facet: "transport", Description: description},
			apply: func(_ *server, p *plan) {
				onAnswer(func(r *http.Request, response *xrpc.Response) {
					if !on(r, response) {
						return
					}
					if response.Header = response.Header.Clone(); response.Header == nil {
						response.Header = http.Header{}
					}
					response.Header[header] = value
				})(p.on(""))
			},
		}
	}
	isPreflight := func(r *http.Request, _ *xrpc.Response) bool { return r.Method == http.MethodOptions }
	const allowed, origin = "Access-Control-Allow-Headers", "Access-Control-Allow-Origin"
	return []defect{
		add("preflight.any-header", "a preflight allows every header by an asterisk, which leaves Authorization out", isPreflight, allowed, "*"),
		add("preflight.no-header", "a preflight allows no header", isPreflight, allowed),
		add("preflight.usual-headers", "a preflight allows Authorization alone", isPreflight, allowed, "Authorization"),
		{
			Defect: Defect{ID: "transport.preflight.credential-wanted", Facet: "transport", Description: "a preflight without a credential is refused"},
			apply: func(_ *server, p *plan) {
				onAnswer(func(r *http.Request, response *xrpc.Response) {
					if r.Method == http.MethodOptions && r.Header.Get("Authorization") == "" {
						refuseWith(http.StatusUnauthorized, "AuthenticationRequired")(response)
					}
				})(p.on(""))
			},
		},
		add("cors.doubled", "pages of other origins are allowed twice, which no browser takes",
			func(*http.Request, *xrpc.Response) bool { return true }, origin, "*", "*"),
		add("cors.unknown-methods", "pages of other origins can't read that there is no such method",
			func(_ *http.Request, response *xrpc.Response) bool {
				return response.Status == http.StatusNotImplemented
			}, origin),
		add("cors.refusals", "pages of other origins can't read refusals",
			func(_ *http.Request, response *xrpc.Response) bool { return response.Status >= http.StatusBadRequest }, origin),
		add("cors.credential-refusals", "pages of other origins can't read what is refused to those who have a credential",
			func(r *http.Request, response *xrpc.Response) bool {
				return response.Status >= http.StatusBadRequest && r.Header.Get("Authorization") != ""
			}, origin),
		add("cors.oversized", "pages of other origins can't read that a body is too large",
			func(_ *http.Request, response *xrpc.Response) bool {
				return response.Status == http.StatusRequestEntityTooLarge
			}, origin),
		add("gzip-named", "refusals are said to be compressed, and are not",
			func(_ *http.Request, response *xrpc.Response) bool { return response.Status >= http.StatusBadRequest }, "Content-Encoding", "gzip"),
		add("gzip-named-on-success", "answers of success are said to be compressed, and are not",
			func(_ *http.Request, response *xrpc.Response) bool {
				return response.Status < http.StatusBadRequest && len(response.Body) > 0
			}, "Content-Encoding", "gzip"),
		add("cors.successes", "pages of other origins can't read answers of success",
			func(_ *http.Request, response *xrpc.Response) bool { return response.Status < http.StatusBadRequest }, origin),
	}
}
