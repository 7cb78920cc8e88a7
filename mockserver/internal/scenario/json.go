package scenario

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/pdsconform/pdsconform/mockserver/internal/nearest"
	"github.com/pdsconform/pdsconform/mockserver/internal/strict"
)

// jsonForm is how the control protocol and files write a scenario.
type jsonForm struct {
	Method   string                `json:"method,omitempty"`
	Account  string                `json:"account,omitempty"`
	Skip     int                   `json:"skip,omitempty"`
	Times    int                   `json:"times,omitempty"`
	Delay    string                `json:"delay,omitempty"`
	Status   int                   `json:"status,omitempty"`
	Error    string                `json:"error,omitempty"`
	Message  string                `json:"message,omitempty"`
	CarryOut bool                  `json:"carryOut,omitempty"`
	Headers  map[string]headerText `json:"headers,omitempty"`
	Body     string                `json:"body,omitempty"`
	Drop     string                `json:"drop,omitempty"`
	Defect   string                `json:"defect,omitempty"`
}

// headerText is the value of a header, which may be written as a number:
// Retry-After: 3.
type headerText string

// UnmarshalJSON takes a string or a number.
func (h *headerText) UnmarshalJSON(text []byte) error {
	var number json.Number
	if len(text) > 0 && text[0] != '"' && json.Unmarshal(text, &number) == nil && number != "" {
		*h = headerText(number)
		return nil
	}
	var plain *string
	if err := json.Unmarshal(text, &plain); err != nil || plain == nil {
		return strict.FieldError("headers must be an object of strings")
	}
	*h = headerText(*plain)
	return nil
}

func (c Scenario) toJSON() jsonForm {
	written := jsonForm{
		Method: c.Method, Account: c.Account, Skip: c.Skip, Times: c.Times,
		Status: c.Status, Error: c.Error, Message: c.Message, CarryOut: c.CarryOut,
		Body: c.Body, Drop: c.Drop, Defect: c.Defect,
	}
	if c.Delay != 0 {
		written.Delay = c.Delay.String()
	}
	if len(c.Headers) > 0 {
		written.Headers = map[string]headerText{}
		for name, value := range c.Headers {
			written.Headers[name] = headerText(value)
		}
	}
	return written
}

// MarshalJSON writes the form that the control protocol and files have.
func (c Scenario) MarshalJSON() ([]byte, error) { return json.Marshal(c.toJSON()) }

// UnmarshalJSON reads the form that the control protocol and files have. A
// member that no scenario has is an error.
func (c *Scenario) UnmarshalJSON(text []byte) error {
	var written jsonForm
	if err := strict.Decode(text, &written); err != nil {
		return explain(err)
	}
	read := Scenario{
		Method: written.Method, Account: written.Account, Skip: written.Skip, Times: written.Times,
		Status: written.Status, Error: written.Error, Message: written.Message, CarryOut: written.CarryOut,
		Body: written.Body, Drop: written.Drop, Defect: written.Defect,
	}
	if written.Delay != "" {
		var err error
		if read.Delay, err = time.ParseDuration(written.Delay); err != nil {
			return strict.FieldError(`delay must be a duration such as "2s"`)
		}
	}
	for name, value := range written.Headers {
		if read.Headers == nil {
			read.Headers = map[string]string{}
		}
		read.Headers[name] = string(value)
	}
	*c = read
	return nil
}

// explain names the field that is wrong.
func explain(err error) error {
	var unknown *strict.UnknownFieldError
	if errors.As(err, &unknown) {
		return strict.FieldError(fmt.Sprintf("%s is no field of a scenario%s", unknown.Field, nearest.Hint(unknown.Field, fields())))
	}
	return strict.FieldError(err.Error())
}

// fields are the names of all fields.
func fields() []string {
	var names []string
	form := reflect.TypeFor[jsonForm]()
	for i := range form.NumField() {
		name, _, _ := strings.Cut(form.Field(i).Tag.Get("json"), ",")
		names = append(names, name)
	}
	return names
}

// MarshalJSON writes the scenario with id, skipped, applied and spent besides.
func (s State) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		ID string `json:"id"`
		jsonForm
		Skipped int  `json:"skipped"`
		Applied int  `json:"applied"`
		Spent   bool `json:"spent"`
	}{s.ID, s.toJSON(), s.Skipped, s.Applied, s.Spent})
}
