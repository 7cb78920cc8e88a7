package xrpc

import (
	"context"
	"maps"
	"net/http"
	"strconv"
)

// InjectedFault is what happens to one request, whatever its method makes of it.
// The zero value changes nothing.
type InjectedFault struct {
	Name     string                      // told in the Exchange
	Wait     func(context.Context) error // before anything is done; its error doesn't matter, nil waits for nothing
	Faults   map[string]*Faults          // prepared by the router; they stand in for the router's own
	Refuse   *Error                      // the answer, whatever the method's own is
	CarryOut bool                        // whether a request with Refuse is carried out all the same
	Header   http.Header                 // set in the answer
	Body     func(*Response)             // has the last word on the body, or is nil
	Drop     Drop
}

// Drop is the moment at which a connection is closed.
type Drop int

// The moments. Until DropAtOnce nothing is carried out, until all others
// everything is.
const (
	DropNever Drop = iota
	DropAtOnce
	DropBeforeAnswer
	DropAfterHeaders
	DropMidBody
)

// carriesOut reports whether the request reaches its method. A request without
// a fault, which is nil, does.
func (hit *InjectedFault) carriesOut() bool {
	return hit == nil || hit.Drop != DropAtOnce && (hit.Refuse == nil || hit.CarryOut)
}

// injected asks whether anything is to happen to a request, and waits for as
// long as that takes.
func (router *Router) injected(r *http.Request, exchange *Exchange) *InjectedFault {
	if router.Inject == nil {
		return nil
	}
	hit := router.Inject(r)
	if hit == nil {
		return nil
	}
	exchange.Scenario = hit.Name
	if hit.Wait != nil {
		PeekBody(r) // after the wait the time to send it might be over
		_ = hit.Wait(r.Context())
	}
	return hit
}

// change gives a response what the fault wants of it. The style of the
// server doesn't touch that any more.
func (router *Router) change(response *Response, hit *InjectedFault, exchange *Exchange) {
	if hit.Refuse != nil {
		*response = router.errorAnswer(hit.Refuse, exchange)
	}
	if len(hit.Header) > 0 {
		header := response.Header.Clone()
		if header == nil {
			header = http.Header{}
		}
		maps.Copy(header, hit.Header)
		response.Header = header
		if media := header.Get("Content-Type"); media != "" {
			response.ContentType = media
		}
	}
	if hit.Body != nil {
		hit.Body(response)
	}
}

// drops is how much of the answer's body is sent before the connection is
// closed; without a drop it is all of it.
func (hit *InjectedFault) drops(response Response) (sent int, dropped bool) {
	if hit == nil || hit.Drop == DropNever {
		return len(response.Body), false
	}
	if hit.Drop == DropMidBody {
		return len(response.Body) / 2, true
	}
	return 0, true
}

// breakOff sends as much as the fault lets through and closes the
// connection, which net/http does for a handler that panics in this way.
func (hit *InjectedFault) breakOff(w http.ResponseWriter, response Response) {
	if hit.Drop == DropAfterHeaders || hit.Drop == DropMidBody {
		sent, _ := hit.drops(response)
		header := head(w, response)
		header["Content-Length"] = []string{strconv.Itoa(max(1, len(response.Body)))} // even of nothing, something is missing
		w.WriteHeader(response.Status)
		_, _ = w.Write(response.Body[:sent])      // the client may be gone
		_ = http.NewResponseController(w).Flush() // nor need it be there for this
	}
	panic(http.ErrAbortHandler)
}
