package reports

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"strconv"
	"strings"
)

// place is the part of a document that a source points at: whole lines,
// counted from 1, both included.
type place struct{ first, last int }

// library finds the lines that sources point at, each once: many requirements
// have the same source.
type library struct {
	documents fs.FS
	texts     map[string][]byte
	places    map[string]place // by source
}

func newLibrary(documents fs.FS) *library {
	return &library{documents: documents, texts: map[string][]byte{}, places: map[string]place{}}
}

// text returns a document, nil where there is none.
func (l *library) text(name string) []byte {
	text, ok := l.texts[name]
	if !ok && l.documents != nil {
		if read, err := fs.ReadFile(l.documents, name); err == nil {
			text = read
		}
		l.texts[name] = text
	}
	return text
}

// find returns the name of the document that a source points into, empty for
// one that is no lexicon pointer, and the place in it, zero where the document
// isn't there.
func (l *library) find(source string) (name string, at place) {
	name, pointer, ok := splitPointer(source)
	if !ok {
		return "", place{}
	}
	at, known := l.places[source]
	if text := l.text(name); text != nil && !known {
		at = locate(text, pointer)
		l.places[source] = at
	}
	return name, at
}

// splitPointer takes a lexicon pointer apart: com/…/createSession.json and
// /defs/main. URLs are no lexicon pointers.
func splitPointer(source string) (name, pointer string, ok bool) {
	name, pointer, _ = strings.Cut(source, "#")
	if !strings.HasSuffix(name, ".json") || !fs.ValidPath(name) {
		return "", "", false
	}
	return name, pointer, true
}

// locate returns the lines of the value that a JSON pointer names, a member
// with its name. Where the pointer leads nowhere, the last value on the way
// that is there counts, and for a text that is no JSON its first line.
func locate(text []byte, pointer string) place {
	walk := locator{text: text, decoder: json.NewDecoder(bytes.NewReader(text))}
	var path []string
	if pointer != "" {
		path = strings.Split(strings.TrimPrefix(pointer, "/"), "/")
	}
	from, to, ok := walk.value(path)
	if !ok {
		return place{1, 1}
	}
	return place{walk.line(from), walk.line(to)}
}

// locator walks a JSON text token by token, since no decoded value knows where
// it stood.
type locator struct {
	text    []byte
	decoder *json.Decoder
}

var pointerEscapes = strings.NewReplacer("~1", "/", "~0", "~")

// value reads one value and returns the bytes of what path names in it, or of
// itself where path is empty or leads nowhere.
func (l *locator) value(path []string) (from, to int, ok bool) {
	from = l.next()
	token, err := l.decoder.Token()
	if err != nil {
		return 0, 0, false
	}
	if token != json.Delim('{') && token != json.Delim('[') {
		return from, int(l.decoder.InputOffset()), true
	}
	foundFrom, foundTo := -1, -1
	for i := 0; l.decoder.More(); i++ {
		name, at := strconv.Itoa(i), -1
		if token == json.Delim('{') {
			at = l.next()
			key, err := l.decoder.Token()
			if err != nil {
				return 0, 0, false
			}
			name, _ = key.(string)
		}
		wanted := len(path) > 0 && pointerEscapes.Replace(path[0]) == name
		first, last, ok := l.value(rest(path, wanted))
		switch {
		case !ok:
			return 0, 0, false
		case wanted && at >= 0 && len(path) == 1:
			foundFrom, foundTo = at, last
		case wanted:
			foundFrom, foundTo = first, last
		}
	}
	if _, err := l.decoder.Token(); err != nil {
		return 0, 0, false
	}
	if foundFrom >= 0 {
		return foundFrom, foundTo, true
	}
	return from, int(l.decoder.InputOffset()), true
}

// rest returns what is left of a path behind its first step, nothing for a
// value that the path does not lead to.
func rest(path []string, wanted bool) []string {
	if !wanted {
		return nil
	}
	return path[1:]
}

// next returns where the next token begins.
func (l *locator) next() int {
	offset := int(l.decoder.InputOffset())
	for offset < len(l.text) && strings.IndexByte(" \t\r\n,:", l.text[offset]) >= 0 {
		offset++
	}
	return offset
}

// line returns the number of the line on which a byte, or the end of a value,
// stands.
func (l *locator) line(offset int) int {
	return 1 + bytes.Count(l.text[:offset], []byte("\n"))
}
