// Package page shows people what there is in a mock, and lets them change it by
// forms. What it shows comes from the rooms of the mock, and it must not know
// the options or the listeners.
package page

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
	"net/url"
	"sync"

	"github.com/pdsconform/pdsconform/mockserver/internal/control"
)

//go:embed *.html style.css live.js
var files embed.FS

// parsed is the page, parsed when somebody looks: most servers are never looked
// at.
var parsed = sync.OnceValues(func() (*template.Template, error) {
	return template.New("page.html").ParseFS(files, "*.html")
})

// page shows a mock.
type page struct{ control.Mock }

// Serve adds what people see of a mock to the control listener: a page of what
// there is, and forms to change it. It works without scripts; the one that it has
// shows requests as they come.
func Serve(mock control.Mock, mux *http.ServeMux) {
	p := page{mock}
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		query := r.URL.Query()
		view := p.viewOf(searchOf(query))
		if from := query.Get("from"); from != "" {
			p.fill(&view, from, query.Get("into"))
		}
		p.write(w, http.StatusOK, view)
	})
	for _, name := range []string{"style.css", "live.js"} {
		mux.HandleFunc("GET /page/"+name, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Cache-Control", "no-cache")
			http.ServeFileFS(w, r, files, name)
		})
	}
	mux.HandleFunc("GET /page/events", p.events)
	for name, done := range p.actions() {
		mux.HandleFunc("POST /page/"+name, func(w http.ResponseWriter, r *http.Request) { p.act(w, r, done) })
	}
}

// maxForm bounds what a form can hold.
const maxForm = 64 << 10

// act does what a form asks for and leads back to the page, with the search
// that it had. Where that can't be done, the page says why.
func (p page) act(w http.ResponseWriter, r *http.Request, done action) {
	search := searchOf(r.URL.Query())
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	err := r.ParseForm()
	if err == nil {
		err = done.do(form{r.PostForm})
	}
	if err != nil {
		view := p.viewOf(search)
		view.Alert, view.At, view.Given = err.Error(), done.section, form{r.PostForm}
		p.write(w, http.StatusBadRequest, view)
		return
	}
	http.Redirect(w, r, "/"+search.Query()+"#"+done.section, http.StatusSeeOther) //nolint:gosec // it leads to this page: the query is encoded, and begins with a question mark
}

func (p page) write(w http.ResponseWriter, status int, view content) {
	var text bytes.Buffer
	layout, err := parsed()
	if err == nil {
		err = layout.Execute(&text, view)
	}
	if err != nil {
		p.Logger.Error("page was not made", "error", err)
		http.Error(w, "Internal Server Error", http.StatusInternalServerError)
		return
	}
	for name, value := range map[string]string{
		"Content-Type":  "text/html; charset=utf-8",
		"Cache-Control": "no-store",
		"Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; form-action 'self'; " +
			"base-uri 'none'; frame-ancestors 'none'",
		"Cross-Origin-Opener-Policy":   "same-origin",
		"Cross-Origin-Resource-Policy": "same-origin",
		"Referrer-Policy":              "same-origin", // none at all would hide the origin of forms from the guard of the control protocol
		"X-Content-Type-Options":       "nosniff",
	} {
		w.Header().Set(name, value)
	}
	w.WriteHeader(status)
	_, _ = w.Write(text.Bytes()) // the client may be gone
}

// form is what somebody filled in.
type form struct{ values url.Values }

// Get returns a field, "" where it wasn't there.
func (f form) Get(name string) string { return f.values.Get(name) }

// on reports whether a box was ticked, or a switch turned on.
func (f form) on(name string) bool { return f.Get(name) == "true" }
