package files

import (
	"fmt"

	"github.com/pdsconform/pdsconform/mockserver"
	"github.com/pdsconform/pdsconform/mockserver/internal/answers"
)

// ReadAnswers reads a file of answers for the options of a mock: in YAML or JSON,
// one mapping whose only key is answers and which holds a list of them, with the
// names that the control protocol has. The error begins with the name of the file
// and says which entry is no good; whether answers fit their documents
// mockserver.New says.
func ReadAnswers(name string, text []byte) ([]mockserver.Answer, error) {
	listed, err := entries(text, "answers", texts{"method": nil, "account": nil, "text": nil, "headers": {"*": nil}}, `{method: app.bsky.actor.getProfile, json: {did: "{{.DID}}"}}`)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	read := make([]mockserver.Answer, len(listed))
	for i, entry := range listed {
		if read[i], err = answers.Decode(entry); err != nil {
			return nil, fmt.Errorf("%s: answers[%d].%w", name, i, err)
		}
	}
	return read, nil
}
