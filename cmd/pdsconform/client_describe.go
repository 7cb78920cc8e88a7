package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/pdsconform/pdsconform/suite/client"
)

// describeProtocol prints what a driver has to know, for people or, as a JSON
// Schema, for programs.
func (a *app) describeProtocol(schema bool) error {
	if schema {
		_, err := a.stdout.Write(client.Schema())
		return err
	}
	fmt.Fprintf(a.stdout, `%s: the protocol between pdsconform client and a driver

A driver reads calls from standard input, one JSON object a line, and answers each
with one line on standard output, in the order in which they come:

  {"call": NAME, "args": {…}}

  {"value": …}                                        what came of it
  {"error": {"name": …, "status": …, "message": …}}   what the client made of the server's error
  {"notOffered": true}                                the client has no such call

Nothing else goes to standard output; standard error is kept as evidence. At the end
of its input a driver ends. One that can't run here ends with %d and says why on
standard error. A call that takes longer than --call-timeout ends the driver.

A member without a type behind it is a string, and one with a ? may be absent. Where a call has one that the client has no place
for, such as authFactorToken, privileged or deleteAfter, its outcome is notOffered too.

A session is a name that the driver gives: signUp, logIn and resume answer with it, and
later calls name it. The name of an error is the one that the server gave (ExpiredToken,
InvalidToken, …), the status that of its answer. Where there was no answer the status is 0
and the name any word of the client's own.

Refreshing tokens when they have expired is the client's affair: a driver adds nothing
to what the client does by itself. Where the client leaves that to its caller, so may the
driver; what it does by hand is then judged as the client's.
`, client.Protocol, client.CannotRun)
	for _, call := range client.Calls() {
		fmt.Fprintf(a.stdout, "\n%s\n  %s\n  args:  %s\n  value: %s\n  > %s\n  < %s\n",
			call.Name, call.Does, members(call.Args), members(call.Value), compact(call.Example.Call), compact(call.Example.Outcome))
	}
	return nil
}

func compact(text json.RawMessage) string {
	var value any
	if json.Unmarshal(text, &value) != nil {
		return string(text)
	}
	return oneLine(string(text))
}

// described is what is told of a schema of the protocol.
type described struct {
	Type        any
	Description string
	Required    []string
	Properties  map[string]json.RawMessage
	Items       json.RawMessage
	Ref         string `json:"$ref"`
}

// members words a schema of the protocol: an object's members with a ? behind
// those that may be absent and the type of those that are no strings, or a type.
func members(text json.RawMessage) string {
	var schema described
	if json.Unmarshal(text, &schema) != nil {
		return string(text)
	}
	switch {
	case schema.Ref != "":
		return path.Base(schema.Ref)
	case schema.Items != nil:
		return "a list, each " + article(members(schema.Items))
	case schema.Properties != nil:
		return "{" + strings.Join(schema.membersInWords(), ", ") + "}"
	case schema.Type != nil:
		return fmt.Sprint(schema.Type)
	}
	return schema.Description
}

func (d described) membersInWords() []string {
	var words []string
	for _, name := range slices.Sorted(maps.Keys(d.Properties)) {
		word := name
		if !slices.Contains(d.Required, name) {
			word += "?"
		}
		if kind := members(d.Properties[name]); kind != "string" {
			word += ": " + kind
		}
		words = append(words, word)
	}
	return words
}

// article puts one before a word; an object is no word.
func article(text string) string {
	switch {
	case strings.HasPrefix(text, "{"):
		return text
	case strings.ContainsAny(text[:1], "aeiou"):
		return "an " + text
	}
	return "a " + text
}
