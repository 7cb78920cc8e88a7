package lexicons

import "testing"

func TestSchemaAtAPointer(t *testing.T) {
	t.Parallel()
	catalog, err := LoadRevision(DefaultRevision)
	if err != nil {
		t.Fatal(err)
	}
	for pointer, want := range map[Pointer]string{
		"com/atproto/server/createSession.json#/defs/main":                             TypeProcedure,
		"com/atproto/server/createSession.json#/defs/main/input/schema":                TypeObject,
		"com/atproto/server/createSession.json#/defs/main/input/schema/properties/did": "",
		"com/atproto/server/createSession.json":                                        "",
		"com/atproto/server/getAccountInviteCodes.json#/defs/main/parameters":          TypeParams,
		"com/atproto/server/defs.json#/defs/inviteCode/properties/uses/items":          TypeRef,
		"com/atproto/other.json#/defs/main":                                            "",
		"":                                                                             "",
	} {
		got := ""
		if schema := catalog.Schema(pointer); schema != nil {
			got = schema.TypeName()
		}
		if got != want {
			t.Errorf("at %s is a %q, want %q", pointer, got, want)
		}
	}
}
