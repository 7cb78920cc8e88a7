package lexicons

import "strings"

// Schema returns the node at a pointer, whatever its type, or nil where there
// is none.
func (c *Catalog) Schema(pointer Pointer) Schema {
	path, _, _ := strings.Cut(string(pointer), "#")
	document := c.Document(idOf(path))
	if document == nil || document.Path != path {
		return nil
	}
	return document.schema(pointer)
}

func (d *Document) schema(pointer Pointer) (found Schema) {
	for _, definition := range d.Defs {
		Walk(definition.Schema, func(schema Schema) {
			if schema.At() == pointer {
				found = schema
			}
		})
	}
	return found
}
