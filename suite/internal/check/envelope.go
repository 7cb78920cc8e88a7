package check

import (
	"fmt"

	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// IsErrorEnvelope asks for a body in the form that the protocol has for errors.
// Source: https://atproto.com/specs/xrpc#error-responses
func IsErrorEnvelope() Check {
	const form = `a JSON object with a string "error"`
	return func(exchange xrpc.Exchange) error {
		wrong := func(expected, format string, arguments ...any) error {
			return &Mismatch{Expected: expected, Actual: fmt.Sprintf("%d ", exchange.Status) + fmt.Sprintf(format, arguments...)}
		}
		decoded, err := exchange.JSON()
		object, isObject := decoded.(map[string]any)
		name, named := object["error"].(string)
		message, hasMessage := object["message"]
		_, isText := message.(string)
		switch {
		case !exchange.Answered():
			return &Mismatch{Expected: form, Actual: Answer(exchange)}
		case err != nil:
			return wrong(form, "with a body that is no JSON")
		case !isObject:
			return wrong(form, "with JSON that is no object")
		case !named || name == "":
			return wrong(form, "in which error is %s", ValueOf(object, "error"))
		case hasMessage && !isText:
			return wrong(`"message" to be a string where it is there`, "in which message is %s", Value(message))
		}
		return nil
	}
}
