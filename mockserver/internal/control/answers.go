package control

import (
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/pdsconform/pdsconform/mockserver/internal/answers"
)

// maxAnswers bounds the body that sets answers.
const maxAnswers = 4 << 20

// answerList is what the answers verbs take and give.
type answerList struct {
	Answers []answers.Answer `json:"answers"`
}

func (c controller) answers(*http.Request) (any, error) { return answerList{c.Further.Answers()}, nil }

func (c controller) setAnswers(r *http.Request) (any, error) {
	var order struct {
		Answers *[]json.RawMessage `json:"answers"`
	}
	if err := readUpTo(r, maxAnswers, &order); err != nil {
		return nil, err
	}
	if order.Answers == nil {
		return nil, badRequest("answers must be a list of answers")
	}
	given := make([]answers.Answer, len(*order.Answers))
	for i, text := range *order.Answers {
		var err error
		if given[i], err = answers.Decode(text); err != nil {
			return nil, badRequest(fmt.Sprintf("answers[%d].%s", i, err))
		}
	}
	if err := c.Further.SetAnswers(given); err != nil {
		return nil, badRequest(err.Error())
	}
	return c.answers(r)
}
