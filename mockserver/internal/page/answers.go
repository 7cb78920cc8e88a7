package page

import (
	"encoding/json"
	"errors"
	"slices"
	"strconv"

	"github.com/pdsconform/pdsconform/mockserver/internal/answers"
)

type answerView struct {
	Number       int
	Method, For  string
	Status, Text string
}

func (p page) answerViews() []answerView {
	var views []answerView
	for i, answer := range p.Further.Answers() {
		text, err := json.MarshalIndent(answer, "", "  ")
		if err != nil {
			text = []byte(answer.Method)
		}
		status := "200"
		if answer.Status != 0 {
			status = strconv.Itoa(answer.Status)
		}
		views = append(views, answerView{i, answer.Method, answer.Account, status, string(text)})
	}
	return views
}

// formAnswer adds an answer in front of the others, which it would never come to
// behind.
func (p page) formAnswer(f form) error {
	answer, err := answers.Decode([]byte(f.Get("answer")))
	if err != nil {
		return err
	}
	return p.Further.SetAnswers(append([]answers.Answer{answer}, p.Further.Answers()...))
}

func (p page) formRemoveAnswer(f form) error {
	held := p.Further.Answers()
	number, err := strconv.Atoi(f.Get("number"))
	if err != nil || number < 0 || number >= len(held) {
		return errors.New("there is no such answer")
	}
	return p.Further.SetAnswers(slices.Delete(slices.Clone(held), number, number+1))
}
