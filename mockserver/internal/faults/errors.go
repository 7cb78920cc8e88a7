package faults

import (
	"net/http"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/pds"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// errorDefects are those of each error that a method declares, and of the
// form of all its errors.
func errorDefects(method *lexicons.Method) []defect {
	all := []defect{
		about(method, "errors", "html", "answers errors with HTML", onError(GatewayPage)),
		about(method, "errors", "nameless", "answers errors without a name", onError(namelessError)),
	}
	for _, declared := range method.Errors {
		name := declared.Name
		all = append(all,
			about(method, "errors", name+".wrong-name", "calls "+name+" by a name that nobody declared",
				onNamed(name, func(err *xrpc.Error) *xrpc.Error {
					return &xrpc.Error{Status: err.Status, Name: "UndeclaredError", Message: err.Message}
				})),
			about(method, "errors", name+".generic-name", "calls "+name+" by the generic name",
				onNamed(name, func(err *xrpc.Error) *xrpc.Error {
					return &xrpc.Error{Status: err.Status, Name: "InvalidRequest", Message: err.Message}
				})),
			about(method, "errors", name+".wrong-status", "answers "+name+" with status 500",
				onNamed(name, func(err *xrpc.Error) *xrpc.Error {
					return &xrpc.Error{Status: http.StatusInternalServerError, Name: err.Name, Message: err.Message}
				})),
			about(method, "errors", name+".success", "answers with success where "+name+" is due",
				onNamed(name, func(*xrpc.Error) *xrpc.Error { return nil })),
		)
	}
	return all
}

// onNamed replaces an error of the method, or with nil makes it a success.
func onNamed(name string, replace func(*xrpc.Error) *xrpc.Error) func(*xrpc.Faults) {
	return func(f *xrpc.Faults) {
		f.Refuse = append(f.Refuse, func(err *xrpc.Error) *xrpc.Error {
			if err.Name != name {
				return err
			}
			return replace(err)
		})
	}
}

// onError changes answers that are errors.
func onError(change func(*xrpc.Response)) func(*xrpc.Faults) {
	return func(f *xrpc.Faults) {
		f.Answer = append(f.Answer, func(_ *http.Request, response *xrpc.Response) {
			if response.Status >= http.StatusBadRequest {
				change(response)
			}
		})
	}
}

func namelessError(response *xrpc.Response) {
	response.Body, _ = lexval.Append(nil, lexval.Object{pds.Field("message", http.StatusText(response.Status))})
}
