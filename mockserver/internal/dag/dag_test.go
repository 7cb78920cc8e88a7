package dag_test

import (
	"encoding/hex"
	"encoding/json"
	"strings"
	"testing"

	"github.com/pdsconform/pdsconform/mockserver/internal/dag"
)

func decode(t *testing.T, text string) any {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		t.Fatal(err)
	}
	return value
}

// TestEncode compares with what the npm packages @ipld/dag-cbor 7.0.3 and
// multiformats 9.9.0 make of the same values.
func TestEncode(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][2]string{
		`{"text":"hi","n":1,"$type":"app.bsky.feed.post"}`: {
			"a3616e016474657874626869652474797065726170702e62736b792e666565642e706f7374",
			"bafyreiawpeiwkj3d2pgoavmizeya2j2ccby6o4gphvsysdet3oiqgkucl4",
		},
		`{"a":{"$link":"bafyreidfayvfuwqa7qlnopdjiqrxzs6blmoeu4rujcjtnci5beludirz2a"},"bb":{"$bytes":"AQID"},"z":-5.0,
			"list":[true,false,null,{}],"é":"🦊","big":9007199254740991}`: {
			"a66161d82a5825000171122065062a5a5a00fc16d73c6944237ccbc15b1c4a7234489336891d091741a239d0617a246262624301020362c3a964f09fa68a636269671b001fffffffffffff646c69737484f5f4f6a0",
			"bafyreib5uilgz64tqxfcfx3vnrjmn4kedo5fiwqlc6xz5r7sfgzdwn64la",
		},
	} {
		block, err := dag.Encode(decode(t, text))
		if err != nil || hex.EncodeToString(block) != want[0] || dag.CID(block) != want[1] {
			t.Errorf("%s is %x, %s, %v", text, block, dag.CID(block), err)
		}
	}
	if cid := dag.RawCID([]byte("hello")); cid != "bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq" {
		t.Errorf("a blob is %s", cid)
	}
}

func TestEncodeRefuses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"a":[1,{"b":1.5}]}`:        "a/1/b/: numbers must be whole",
		`{"a":1e30}`:                 "a/: numbers must be whole",
		`{"a":{"$link":"Qmabc"}}`:    "a/$link: not a CID",
		`{"a":{"$bytes":"not 64!"}}`: "a/$bytes: not base64",
	} {
		if _, err := dag.Encode(decode(t, text)); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}
