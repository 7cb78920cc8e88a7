package mockserver

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"sync"
)

//go:embed page
var pageFiles embed.FS

// pageTemplate is parsed when somebody looks: most servers are never looked at.
var pageTemplate = sync.OnceValues(func() (*template.Template, error) {
	return template.New("page.html").ParseFS(pageFiles, "page/page.html")
})

// servePage adds what people see of the server to the control listener: a page
// of what there is, and forms to change it. It works without scripts, and runs
// none.
func (s *Server) servePage(mux *http.ServeMux) {
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		s.writePage(w, http.StatusOK, s.viewOf(searchOf(r.URL.Query())))
	})
	mux.HandleFunc("GET /page/style.css", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-cache")
		http.ServeFileFS(w, r, pageFiles, "page/style.css")
	})
	mux.HandleFunc("POST /page/{action}", s.act)
}

// act does what a form asks for and leads back to the page, with the search
// that it had. Where that can't be done, the page says why.
func (s *Server) act(w http.ResponseWriter, r *http.Request) {
	done, known := s.pageActions()[r.PathValue("action")]
	if !known {
		writeControl(w, nil, notFound("there is nothing at "+r.URL.Path))
		return
	}
	search := searchOf(r.URL.Query())
	r.Body = http.MaxBytesReader(w, r.Body, maxControlBody)
	err := r.ParseForm()
	if err == nil {
		err = done.do(form{r.PostForm})
	}
	if err != nil {
		view := s.viewOf(search)
		view.Alert, view.At, view.Given = err.Error(), done.section, form{r.PostForm}
		s.writePage(w, http.StatusBadRequest, view)
		return
	}
	http.Redirect(w, r, "/"+search.Query()+"#"+done.section, http.StatusSeeOther) //nolint:gosec // it leads to this page: the query is encoded, and begins with a question mark
}

func (s *Server) writePage(w http.ResponseWriter, status int, view pageView) {
	var text bytes.Buffer
	page, err := pageTemplate()
	if err == nil {
		err = page.Execute(&text, view)
	}
	if err != nil {
		s.options.Logger.Error("page was not made", "error", err)
		writeControl(w, nil, &controlError{http.StatusInternalServerError, "InternalServerError", "Internal Server Error"})
		return
	}
	for name, value := range map[string]string{
		"Content-Type":  "text/html; charset=utf-8",
		"Cache-Control": "no-store",
		"Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; " +
			"base-uri 'none'; frame-ancestors 'none'",
		"Cross-Origin-Opener-Policy":   "same-origin",
		"Cross-Origin-Resource-Policy": "same-origin",
		"Referrer-Policy":              "same-origin", // none at all would hide the origin of forms from guarded
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

// search is what the lists of the page are narrowed to.
type search struct {
	Account, Request, Defect, Facet string
}

func searchOf(query url.Values) search {
	return search{query.Get("account"), query.Get("request"), query.Get("defect"), query.Get("facet")}
}

// term is one word of a search, by the name of its field.
type term struct{ Name, Value string }

// Without is what the search says, but for some of its fields.
func (search search) Without(names ...string) []term {
	return slices.DeleteFunc([]term{
		{"account", search.Account}, {"request", search.Request}, {"defect", search.Defect}, {"facet", search.Facet},
	}, func(t term) bool { return t.Value == "" || slices.Contains(names, t.Name) })
}

// Query is the search as the query of an address, with its question mark.
func (search search) Query() string {
	query := url.Values{}
	for _, term := range search.Without() {
		query.Set(term.Name, term.Value)
	}
	if len(query) == 0 {
		return ""
	}
	return "?" + query.Encode()
}
