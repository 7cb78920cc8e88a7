package page

import (
	"fmt"
	"net/http"
	"time"
)

// betweenEvents is how often an onlooker is told at most that requests have come.
const betweenEvents = 200 * time.Millisecond

// events tells an onlooker when requests have come: how many there are by now. It
// ends with the server, or when nobody listens any more.
// Source: https://html.spec.whatwg.org/multipage/server-sent-events.html
func (p page) events(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	stream := http.NewResponseController(w)
	_ = stream.SetWriteDeadline(time.Time{}) // it lasts for as long as somebody looks
	for told := -1; ; {
		count, changed := p.Requests.Changed()
		if count != told {
			told = count
			if _, err := fmt.Fprintf(w, "data: %d\n\n", count); err != nil || stream.Flush() != nil {
				return
			}
		}
		select {
		case <-r.Context().Done():
			return
		case <-changed:
		}
		select {
		case <-r.Context().Done():
			return
		case <-time.After(betweenEvents):
		}
	}
}
