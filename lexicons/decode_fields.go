package lexicons

// The words with which problems name what a keyword takes.
const (
	aString     = "a string"
	aBoolean    = "true or false"
	wholeNumber = "a whole number"
	stringList  = "a list of strings"
)

func (d *decoder) boolean(v value) Schema {
	boolean := &Boolean{Node: d.node(v)}
	readers := d.described(&boolean.Node)
	readers["default"] = intoPointer(d, &boolean.Default, aBoolean)
	readers["const"] = intoPointer(d, &boolean.Const, aBoolean)
	d.keywords(v, readers)
	fixed(d, v, boolean.Const, boolean.Default)
	return boolean
}

func (d *decoder) integer(v value) Schema {
	integer := &Integer{Node: d.node(v)}
	readers := d.described(&integer.Node)
	readers["minimum"] = intoPointer(d, &integer.Minimum, wholeNumber)
	readers["maximum"] = intoPointer(d, &integer.Maximum, wholeNumber)
	readers["enum"] = choice(d, &integer.Enum, "a list of whole numbers")
	readers["default"] = intoPointer(d, &integer.Default, wholeNumber)
	readers["const"] = intoPointer(d, &integer.Const, wholeNumber)
	d.keywords(v, readers)
	fixed(d, v, integer.Const, integer.Default)
	bounds(d, v, "minimum", integer.Minimum, "maximum", integer.Maximum)
	d.choices(v, integerValues(integer))
	return integer
}

func (d *decoder) string(v value) Schema {
	text := &String{Node: d.node(v)}
	readers := d.described(&text.Node)
	readers["format"] = func(v value) {
		into(d, &text.Format, aString)(v)
		text.Format = d.knownFormat(v, text.Format)
	}
	readers["minLength"] = count(d, &text.MinLength)
	readers["maxLength"] = count(d, &text.MaxLength)
	readers["minGraphemes"] = count(d, &text.MinGraphemes)
	readers["maxGraphemes"] = count(d, &text.MaxGraphemes)
	readers["enum"] = choice(d, &text.Enum, stringList)
	readers["knownValues"] = into(d, &text.KnownValues, stringList)
	readers["default"] = intoPointer(d, &text.Default, aString)
	readers["const"] = intoPointer(d, &text.Const, aString)
	d.keywords(v, readers)
	fixed(d, v, text.Const, text.Default)
	bounds(d, v, "minLength", text.MinLength, "maxLength", text.MaxLength)
	bounds(d, v, "minGraphemes", text.MinGraphemes, "maxGraphemes", text.MaxGraphemes)
	d.choices(v, stringValues(text))
	return text
}

func (d *decoder) bytes(v value) Schema {
	bytes := &Bytes{Node: d.node(v)}
	readers := d.described(&bytes.Node)
	readers["minLength"] = count(d, &bytes.MinLength)
	readers["maxLength"] = count(d, &bytes.MaxLength)
	d.keywords(v, readers)
	bounds(d, v, "minLength", bytes.MinLength, "maxLength", bytes.MaxLength)
	return bytes
}

func (d *decoder) blob(v value) Schema {
	blob := &Blob{Node: d.node(v)}
	readers := d.described(&blob.Node)
	readers["accept"] = into(d, &blob.Accept, stringList)
	readers["maxSize"] = count(d, &blob.MaxSize)
	d.keywords(v, readers)
	return blob
}

func (d *decoder) array(v value) Schema {
	array := &Array{Node: d.node(v)}
	readers := d.described(&array.Node)
	readers["items"] = func(v value) { array.Items = d.field(v) }
	readers["minLength"] = count(d, &array.MinLength)
	readers["maxLength"] = count(d, &array.MaxLength)
	d.keywords(v, readers)
	bounds(d, v, "minLength", array.MinLength, "maxLength", array.MaxLength)
	if array.Items == nil && !d.has(v, "items") {
		d.problem(v.pointer.child("items"), "is missing")
	}
	return array
}

func (d *decoder) object(v value) Schema {
	object := &Object{Node: d.node(v)}
	readers := d.described(&object.Node)
	readers["required"] = into(d, &object.Required, stringList)
	readers["nullable"] = into(d, &object.Nullable, stringList)
	readers["properties"] = d.properties(&object.Properties, d.field)
	d.keywords(v, readers)
	d.required(v, object.Required, object.Properties)
	object.Nullable = d.nullable(v, object.Nullable, object.Properties)
	d.demand(v, "properties", `an object without members says "properties": {}`)
	return object
}

func (d *decoder) ref(v value) Schema {
	ref := &Ref{Node: d.node(v)}
	readers := d.described(&ref.Node)
	readers["ref"] = into(d, &ref.Ref, aString)
	d.keywords(v, readers)
	return ref
}

func (d *decoder) union(v value) Schema {
	union := &Union{Node: d.node(v)}
	readers := d.described(&union.Node)
	readers["refs"] = into(d, &union.Refs, stringList)
	readers["closed"] = into(d, &union.Closed, aBoolean)
	d.keywords(v, readers)
	if union.Closed && len(union.Refs) == 0 {
		d.problem(v.pointer.child("refs"), "must not be empty in a closed union: no value could be valid")
	}
	return union
}
