package xrpc

import "net/http"

// Refuse answers a request with an error before anything has looked at it.
// Headers that w has already are sent along.
func (router *Router) Refuse(w http.ResponseWriter, r *http.Request, err *Error) {
	exchange := newExchange(router.Now(), r)
	response := router.failure(err, exchange)
	response.Header = w.Header()
	router.Style.restyle(&response)
	exchange.keepResponse(response, nil)
	exchange.Duration = router.Now().Sub(exchange.At)
	router.Observe(exchange)
	write(w, response)
}
