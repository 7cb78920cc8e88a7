package xrpc

import (
	"bytes"
	"net/http"
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// full is a request that uses every field.
func full() Request {
	return Request{
		NSID: "com.example.do", Verb: http.MethodPost, Query: url.Values{"a": {"1", "2"}}, Header: http.Header{"X-One": {"1"}},
		Authorization: "Bearer original", Input: map[string]any{"name": "x"}, ContentType: "application/json",
	}
}

// TestRequestsAreValues changes a request in every way and finds the original
// as it was.
func TestRequestsAreValues(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(Request) Request
		want   func(*Request)
	}{
		"With":                {func(r Request) Request { return r.With("more", 1) }, func(r *Request) { r.Input = map[string]any{"name": "x", "more": 1} }},
		"With over another":   {func(r Request) Request { return r.With("name", nil) }, func(r *Request) { r.Input = map[string]any{"name": nil} }},
		"Without":             {func(r Request) Request { return r.Without("name") }, func(r *Request) { r.Input = map[string]any{} }},
		"Without nothing":     {func(r Request) Request { return r.Without("other") }, func(*Request) {}},
		"WithBearer":          {func(r Request) Request { return r.WithBearer("t") }, func(r *Request) { r.Authorization = "Bearer t" }},
		"WithBasic":           {func(r Request) Request { return r.WithBasic("admin", "pä:ss") }, func(r *Request) { r.Authorization = "Basic YWRtaW46cMOkOnNz" }},
		"WithAuthorization":   {func(r Request) Request { return r.WithAuthorization("x") }, func(r *Request) { r.Authorization = "x" }},
		"no authorization":    {func(r Request) Request { return r.WithAuthorization("") }, func(r *Request) { r.Authorization = "" }},
		"WithRaw":             {func(r Request) Request { return r.WithRaw([]byte("{"), "") }, func(r *Request) { r.Raw, r.ContentType = []byte("{"), "" }},
		"WithoutBody":         {func(r Request) Request { return r.WithoutBody() }, func(r *Request) { r.Input, r.ContentType = nil, "" }},
		"WithVerb":            {func(r Request) Request { return r.WithVerb("PUT") }, func(r *Request) { r.Verb = "PUT" }},
		"WithParameter":       {func(r Request) Request { return r.WithParameter("b", "3") }, func(r *Request) { r.Query = url.Values{"a": {"1", "2"}, "b": {"3"}} }},
		"WithParameter again": {func(r Request) Request { return r.WithParameter("a", "3") }, func(r *Request) { r.Query = url.Values{"a": {"3"}} }},
		"WithHeader": {func(r Request) Request { return r.WithHeader("x-two", "2") }, func(r *Request) {
			r.Header = http.Header{"X-One": {"1"}, "X-Two": {"2"}}
		}},
		"WithHeader again": {func(r Request) Request { return r.WithHeader("X-One", "2") }, func(r *Request) { r.Header = http.Header{"X-One": {"2"}} }},
		"everything at once": {func(r Request) Request {
			return r.With("name", 2).Without("name").WithParameter("a", "").WithHeader("X-One", "").WithoutBody().WithRaw([]byte{}, "text/plain")
		}, func(r *Request) {
			r.Input, r.Raw, r.ContentType = nil, []byte{}, "text/plain"
			r.Query, r.Header = url.Values{"a": {""}}, http.Header{"X-One": {""}}
		}},
	} {
		original := full()
		changed := test.change(original)
		want := full()
		test.want(&want)
		if diff := cmp.Diff(want, changed); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if diff := cmp.Diff(full(), original); diff != "" {
			t.Errorf("%s changes the original (-want +got):\n%s", name, diff)
		}
	}
}

// The zero value of every field can be built upon.
func TestRequestsFromNothing(t *testing.T) {
	t.Parallel()
	got := ProcedureWithoutInput("com.example.do").Without("x").With("name", 1).WithParameter("a", "b").WithHeader("X-One", "1")
	want := Request{NSID: "com.example.do", Verb: http.MethodPost, Input: map[string]any{"name": 1},
		Query: url.Values{"a": {"b"}}, Header: http.Header{"X-One": {"1"}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestBody(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		request Request
		want    []byte
	}{
		"query":                {Query("com.example.get", nil), nil},
		"no input":             {ProcedureWithoutInput("com.example.do"), nil},
		"input":                {Procedure("com.example.do", map[string]any{"b": 1, "a": []string{"x"}}), []byte(`{"a":["x"],"b":1}`)},
		"empty input":          {Procedure("com.example.do", map[string]any{}), []byte(`{}`)},
		"nil input":            {Procedure("com.example.do", nil), nil},
		"all dropped":          {full().Without("name"), []byte(`{}`)},
		"raw instead of input": {full().WithRaw([]byte("[]"), "application/json"), []byte("[]")},
		"empty raw":            {full().WithRaw([]byte{}, "application/json"), []byte{}},
		"without":              {full().WithRaw([]byte("[]"), "application/json").WithoutBody(), nil},
	} {
		got := test.request.Body()
		if !bytes.Equal(got, test.want) || (got == nil) != (test.want == nil) {
			t.Errorf("%s: body %q, want %q", name, got, test.want)
		}
	}
}

func TestBodyThatIsNoJSONIsAFaultOfTheSuite(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("an input that can't be encoded was sent")
		}
	}()
	Procedure("com.example.do", map[string]any{"x": func() {}}).Body()
}

func TestPath(t *testing.T) {
	t.Parallel()
	for want, request := range map[string]Request{
		"/xrpc/com.example.get":                   Query("com.example.get", url.Values{}),
		"/xrpc/com.example.get?a=1&a=2&b=":        Query("com.example.get", url.Values{"b": {""}, "a": {"1", "2"}}),
		"/xrpc/com.example.get?a=%26b%3D+%C3%A4#": Query("com.example.get", url.Values{"a": {"&b= ä"}}),
	} {
		if got := request.Path(); got != want && got+"#" != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
