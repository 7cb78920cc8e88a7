// Package answers holds answers that a user gives for methods, by name: which
// calls each is for, and what is answered. It must not know what the mock
// serves by itself, nor HTTP servers.
package answers

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"

	"github.com/pdsconform/pdsconform/mockserver/internal/headers"
	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/nearest"
	"github.com/pdsconform/pdsconform/mockserver/internal/strict"
)

// Answer is what calls of a method are answered with. Its first four fields say
// which calls, and of several answers that are for a call the first counts.
//
// Texts of JSON, and Text as a whole, are templates of text/template, without
// loops: {{.DID}}, {{.Handle}} and {{.Email}} are the caller's, {{.Now}} is the
// server's time, {{.Params.name}} a parameter and {{.Input.name}} a member of
// the input. A text of JSON that is one {{json …}} becomes that value itself,
// and not its text.
type Answer struct {
	// Method is the NSID of the method, of any family.
	Method string `json:"method"`

	// Account is whose calls it answers, by handle, DID or e-mail address. Empty:
	// everybody's.
	Account string `json:"account,omitempty"`

	// Params are parameters that a call must have, and Input members that its
	// input must have, with these values. Others don't matter.
	Params map[string]any `json:"params,omitempty"`
	Input  map[string]any `json:"input,omitempty"`

	// Status is from 200 to 599. Default: 200.
	Status int `json:"status,omitempty"`

	// Headers are set in the answer.
	Headers map[string]string `json:"headers,omitempty"`

	// JSON or Text is the body; without either there is none. What encoding/json
	// takes will do for JSON. The media type is that of JSON or text/plain, unless
	// Headers says another.
	JSON any    `json:"json,omitempty"`
	Text string `json:"text,omitempty"`

	// Public makes it answer calls without credentials, too. Without it a call
	// needs those that servers ask for: mostly those of a session.
	Public bool `json:"public,omitempty"`

	// Override makes it go before what the server itself does for the method.
	// Without it an answer for a method that the server serves is an error, as it
	// would never be seen.
	Override bool `json:"override,omitempty"`

	// Unchecked says that the answer is meant, although it doesn't fit the
	// method's document.
	Unchecked bool `json:"unchecked,omitempty"`
}

// Decode reads an answer from JSON. A member that no answer has is an error, and
// so is one of another type; it begins with the member.
func Decode(text []byte) (Answer, error) {
	var answer Answer
	err := strict.Decode(text, &answer)
	var unknown *strict.UnknownFieldError
	var wrong strict.FieldError
	switch {
	case errors.As(err, &unknown):
		return answer, fmt.Errorf("%s is no field of an answer%s", unknown.Field, nearest.Hint(unknown.Field, fields()))
	case errors.As(err, &wrong):
		return answer, wrong
	case err != nil:
		return answer, errors.New("an answer must be an object, as in {method: app.bsky.actor.getProfile, json: {did: \"{{.DID}}\"}}")
	}
	return answer, nil
}

// fields are the names of what an answer has.
func fields() []string {
	var names []string
	for i := range reflect.TypeFor[Answer]().NumField() {
		name, _, _ := strings.Cut(reflect.TypeFor[Answer]().Field(i).Tag.Get("json"), ",")
		names = append(names, name)
	}
	return names
}

// check returns what is wrong with an answer by itself, beginning with the field.
func (a Answer) check() error {
	switch {
	case !lexval.IsNSID(a.Method):
		return fmt.Errorf("method: %q is not a valid NSID, such as app.bsky.actor.getProfile", a.Method)
	case a.Status != 0 && (a.Status < 200 || a.Status > 599):
		return fmt.Errorf("status: %d is not between 200 and 599", a.Status)
	case a.JSON != nil && a.Text != "":
		return errors.New("text: there is json as well, and an answer has one body")
	}
	return headers.Check(a.Headers)
}

// tree returns the JSON of an answer as a tree of maps, lists and texts.
func (a Answer) tree() (any, error) {
	text, err := json.Marshal(a.JSON)
	if err != nil {
		return nil, fmt.Errorf("json: %w", err)
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var tree any
	if err := decoder.Decode(&tree); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("json: %w", err)
	}
	return tree, nil
}
