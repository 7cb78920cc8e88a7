package page

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/pdsconform/pdsconform/mockserver/internal/pds"
	"github.com/pdsconform/pdsconform/mockserver/internal/requests"
	"github.com/pdsconform/pdsconform/mockserver/internal/store"
)

type requestView struct {
	requests.Request
	Came, Name, Who, Took string
	Tone                  string // good, bad or lost
	Asked, Answered       string

	base   string // of the server
	search search
}

// Curl is a command that asks for the same.
func (v requestView) Curl() string { return curl(v.base, v.Request) }

// From is the query of the page on which a form of a section is filled in by the
// request.
func (v requestView) From(section string) string {
	query := v.search.values()
	query.Set("from", strconv.Itoa(v.ID))
	query.Set("into", section)
	return "?" + query.Encode() + "#" + section
}

// requestViews are the requests, newest first.
func (p page) requestViews(held store.Snapshot, search search) list[requestView] {
	var views []requestView
	for _, request := range slices.Backward(p.Requests.Newest()) {
		view := requestView{
			Request: request, Came: people(request.At), Name: pds.ShortName(strings.TrimPrefix(request.Path, "/xrpc/")),
			Who: handleOf(held, request.Account), Took: fmt.Sprintf("%.1f ms", request.DurationMs), Tone: "good",
			Asked: indented(request.Body), Answered: indented(request.Response), base: p.URL, search: search,
		}
		switch {
		case request.Status == 0:
			view.Tone = "lost"
		case request.Status >= http.StatusBadRequest:
			view.Tone = "bad"
		}
		views = append(views, view)
	}
	return listOf(search, "requests", views, func(v requestView) bool {
		return containsAll(search.Request, v.Method, v.Path, fmt.Sprint(v.Status), v.Error, v.Who, v.Account, v.UserAgent, v.Asked)
	})
}

// indented is JSON for people to read; a string is told as it is.
func indented(text json.RawMessage) string {
	var plain string
	if json.Unmarshal(text, &plain) == nil {
		return plain
	}
	var wide bytes.Buffer
	if json.Indent(&wide, text, "", "  ") != nil {
		return string(text)
	}
	return wide.String()
}

// curl is a command that sends a request again. The secrets that the log doesn't
// tell are for the reader to put in.
func curl(base string, request requests.Request) string {
	words := []string{"curl", "-X", request.Method}
	switch scheme, _, _ := strings.Cut(request.Authorization, " "); scheme {
	case "":
	case "Bearer":
		words = append(words, "-H", `"Authorization: Bearer $TOKEN"`)
	default:
		words = append(words, "-H", quoted("Authorization: "+request.Authorization))
	}
	if request.ContentType != "" {
		words = append(words, "-H", quoted("Content-Type: "+request.ContentType))
	}
	if body := plain(request.Body); body != "" {
		words = append(words, "-d", quoted(body))
	}
	address := base + request.Path
	if request.Query != "" {
		address += "?" + request.Query
	}
	return strings.Join(append(words, quoted(address)), " ")
}

// plain is a body as it was sent.
func plain(body json.RawMessage) string {
	var text string
	if json.Unmarshal(body, &text) == nil {
		return text
	}
	return string(body)
}

// quoted is a text as one word of a shell.
func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

// fill puts what a request was about into a form, for the reader to go on from.
func (p page) fill(view *content, id, section string) {
	all := p.Requests.Newest()
	place := slices.IndexFunc(all, func(r requests.Request) bool { return strconv.Itoa(r.ID) == id })
	if place < 0 {
		return
	}
	view.At, view.Given = section, form{filledIn(all[place])}
}

func filledIn(request requests.Request) url.Values {
	answer := map[string]any{"method": request.NSID}
	if request.Status != http.StatusOK && request.Status != 0 {
		answer["status"] = request.Status
	}
	if len(request.Response) > 0 {
		answer["json"] = request.Response
	}
	text, err := json.MarshalIndent(answer, "", "  ")
	if err != nil {
		return nil
	}
	return url.Values{"method": {pds.ShortName(request.NSID)}, "for": {request.Account}, "answer": {string(text)}}
}
