package check

import (
	"errors"
	"testing"
)

func TestIsErrorEnvelope(t *testing.T) {
	t.Parallel()
	const form = `expected a JSON object with a string "error", got `
	for body, want := range map[string]string{
		`{"error":"Odd"}`:                        "",
		`{"error":"Odd","message":""}`:           "",
		`{"error":"Odd","message":"x","more":1}`: "",
		``:                                       form + "400 with a body that is no JSON",
		`<p>no</p>`:                              form + "400 with a body that is no JSON",
		`{"error":"Odd"} x`:                      form + "400 with a body that is no JSON",
		`"Odd"`:                                  form + "400 with JSON that is no object",
		`[{"error":"Odd"}]`:                      form + "400 with JSON that is no object",
		`null`:                                   form + "400 with JSON that is no object",
		`{}`:                                     form + "400 in which error is absent",
		`{"error":null}`:                         form + "400 in which error is null",
		`{"error":""}`:                           form + `400 in which error is ""`,
		`{"error":5}`:                            form + "400 in which error is 5",
		`{"error":{"name":"Odd"}}`:               form + `400 in which error is {"name":"Odd"}`,
		`{"error":"Odd","message":null}`:         `expected "message" to be a string where it is there, got 400 in which message is null`,
		`{"error":"Odd","message":["x"]}`:        `expected "message" to be a string where it is there, got 400 in which message is ["x"]`,
	} {
		got := ""
		if err := IsErrorEnvelope()(answer(400, body)); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s:\n got %s\nwant %s", body, got, want)
		}
	}
	if err := IsErrorEnvelope()(half); err == nil || err.Error() != form+"no answer: the answer broke off" {
		t.Errorf("an answer that broke off: %v", err)
	}
}

func TestAnsweredAs(t *testing.T) {
	t.Parallel()
	before := answer(401, `{"error":"AuthMissing","message":"one"}`)
	same := AnsweredAs(before)
	for name, want := range map[string]bool{"denied": true, "invalid": false, "nameless": false, "ok": false, "none": false, "half": false} {
		err := same(exchanges()[name])
		if (err == nil) != want {
			t.Errorf("%s: %v", name, err)
		}
		var mismatch *Mismatch
		if errors.As(err, &mismatch) && mismatch.Expected != `the same answer as before: 401 AuthMissing "one"` {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := AnsweredAs(late)(nameless); err == nil {
		t.Error("502 without a name is taken for 400 without a name")
	}
}
