package files

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/parser"
)

// entries returns the entries of a file as JSON: one mapping whose only key is
// key, and which holds a list of mappings, with texts as they are written. example
// is what one entry looks like, for the error of whoever wrote something else.
func entries(text []byte, key string, of texts, example string) ([]json.RawMessage, error) {
	var file any
	if err := unmarshal(text, texts{key: of}, &file); err != nil {
		return nil, errors.New(strings.Join(strings.Fields(yaml.FormatError(err, false, false)), " "))
	}
	mapping, isMapping := file.(map[string]any)
	list, isList := mapping[key].([]any)
	for found := range mapping {
		if found != key {
			return nil, fmt.Errorf("%s is no key of the file, the only one is %s", found, key)
		}
	}
	if !isMapping || !isList {
		return nil, fmt.Errorf("%s must be a list, as in {%s: [%s]}", key, key, example)
	}
	listed := make([]json.RawMessage, 0, len(list))
	for i, one := range list {
		if _, isMapping := one.(map[string]any); !isMapping {
			return nil, fmt.Errorf("%s[%d] must be a mapping, as in %s", key, i, example)
		}
		entry, err := json.Marshal(one)
		if err != nil {
			return nil, fmt.Errorf("%s[%d] has keys that are no text", key, i)
		}
		listed = append(listed, entry)
	}
	return listed, nil
}

// unmarshal reads the first document of a file; of an empty one nothing.
func unmarshal(text []byte, of texts, into any) error {
	file, err := parser.ParseBytes(text, 0)
	if err != nil || len(file.Docs) == 0 || file.Docs[0].Body == nil {
		return err
	}
	of.asWritten(file.Docs[0].Body)
	return yaml.NodeToValue(file.Docs[0].Body, into)
}
