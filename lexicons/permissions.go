package lexicons

// PermissionSet is a definition of what an app may ask an account for, under
// one name. No value has this type.
// Source: https://atproto.com/specs/permission#permission-sets
type PermissionSet struct {
	Node
	Title       string
	TitleLang   map[string]string // translations, by language
	Detail      string
	DetailLang  map[string]string // translations, by language
	Permissions []Permission      // in the order of the document
}

// Permission is one entry of a permission set. Which fields have a meaning
// depends on Resource.
type Permission struct {
	Pointer     Pointer
	Description string
	Resource    string   // "repo", "rpc", or another kind of resource
	Collection  []string // of repo: NSIDs of records
	Action      []string // of repo: create, update, delete; all where empty
	LXM         []string // of rpc: NSIDs of methods
	Aud         string   // of rpc: the service, as DID and fragment
	InheritAud  bool     // of rpc: the service is the one given with the set's name
}

func (d *decoder) permissionSet(v value) Schema {
	set := &PermissionSet{Node: d.node(v)}
	readers := d.described(&set.Node)
	readers["title"] = into(d, &set.Title, aString)
	readers["title:lang"] = into(d, &set.TitleLang, "an object of strings")
	readers["detail"] = into(d, &set.Detail, aString)
	readers["detail:lang"] = into(d, &set.DetailLang, "an object of strings")
	readers["permissions"] = func(v value) {
		for _, element := range d.elements(v) {
			set.Permissions = append(set.Permissions, d.permission(element))
		}
	}
	d.keywords(v, readers)
	d.demand(v, "permissions", "a permission set lists what it allows")
	return set
}

func (d *decoder) permission(v value) Permission {
	permission := Permission{Pointer: v.pointer}
	if word := d.typeOf(v); word != "" && word != TypePermission {
		d.problem(v.pointer.child("type"), "must be %q, not %q", TypePermission, word)
	}
	d.keywords(v, map[string]func(value){
		"description": into(d, &permission.Description, aString),
		"resource":    into(d, &permission.Resource, aString),
		"collection":  into(d, &permission.Collection, stringList),
		"action":      into(d, &permission.Action, stringList),
		"lxm":         into(d, &permission.LXM, stringList),
		"aud":         into(d, &permission.Aud, aString),
		"inheritAud":  into(d, &permission.InheritAud, aBoolean),
	})
	switch permission.Resource {
	case "":
		d.problem(v.pointer.child("resource"), "is missing")
	case "repo":
		d.demand(v, "collection", "name the records that may be written")
	case "rpc":
		d.demand(v, "lxm", "name the methods that may be called")
	default:
		d.doubt(v.pointer.child("resource"), "%q has no effect: a permission set can hold repo and rpc", permission.Resource)
	}
	return permission
}
