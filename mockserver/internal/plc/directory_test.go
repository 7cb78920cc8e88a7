package plc_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/bluesky-social/indigo/atproto/atcrypto"
	"github.com/pdsconform/pdsconform/mockserver/internal/plc"
)

func newKey(t *testing.T) (*atcrypto.PrivateKeyP256, string) {
	t.Helper()
	key, err := atcrypto.GeneratePrivateKeyP256()
	if err != nil {
		t.Fatal(err)
	}
	public, err := key.PublicKey()
	if err != nil {
		t.Fatal(err)
	}
	return key, public.DIDKey()
}

func signed(t *testing.T, key atcrypto.PrivateKey, operation plc.Operation) plc.Operation {
	t.Helper()
	operation.Type = "plc_operation"
	if err := operation.Sign(key); err != nil {
		t.Fatal(err)
	}
	return operation
}

// The operation, its DID and its CID were made by the npm package @did-plc/lib.
func TestIdentifiersAreThoseOfOthers(t *testing.T) {
	t.Parallel()
	operation, err := plc.Decode([]byte(`{"type":"plc_operation","verificationMethods":{"atproto":"did:key:zDnaeTdA14iW52wAZoKcHEMXmusSsA3a7bGoZPDPBJZKeyeZ2"},
		"rotationKeys":["did:key:zQ3shsvRL4k2yqu4MV2N6cjJogRAJ7RRPAQ3eBfMtRL3nDLpo","did:key:zDnaeTdA14iW52wAZoKcHEMXmusSsA3a7bGoZPDPBJZKeyeZ2"],
		"alsoKnownAs":["at://alice.test"],"services":{"atproto_pds":{"type":"AtprotoPersonalDataServer","endpoint":"https://pds.test"}},
		"prev":null,"sig":"oRNk6TKa6wJVJmqRZNlnKTs_GdaXHnvxUy8VWy0VSq961BscTMCiuTgueCNliwFIRDM6zEtPDz9U358NcuJirg"}`))
	if err != nil {
		t.Fatal(err)
	}
	if cid := operation.CID(); cid != "bafyreidwilkhkzldduxzbu4irnaefxmxpjqsebrkykd2vx4fyqej77lnty" {
		t.Errorf("its CID comes out as %s", cid)
	}
	var directory plc.Directory
	if err := directory.Submit("did:plc:ozbni5lfmmos7egtrcfuaqw5", operation); err != nil {
		t.Errorf("%v: the DID comes out as %s", err, operation.DID())
	}
}

func TestHistory(t *testing.T) {
	t.Parallel()
	key, rotation := newKey(t)
	stranger, other := newKey(t)
	begin := signed(t, key, plc.Operation{RotationKeys: []string{rotation}, AlsoKnownAs: []string{"at://a.test"}})
	did, cid := begin.DID(), begin.CID()
	next := plc.Operation{RotationKeys: []string{rotation, other}, Prev: &cid}
	var directory plc.Directory
	for _, step := range []struct {
		name      string
		did       string
		operation plc.Operation
		want      error
	}{
		{"a later one first", did, signed(t, key, next), plc.ErrPrev},
		{"by a stranger", did, signed(t, stranger, begin), plc.ErrSignature},
		{"of another DID", "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa", begin, plc.ErrDID},
		{"the first", did, begin, nil},
		{"the first again", did, begin, plc.ErrPrev},
		{"the next by a key that is not in force", did, signed(t, stranger, next), plc.ErrSignature},
		{"the next", did, signed(t, key, next), nil},
	} {
		if err := directory.Submit(step.did, step.operation); !errors.Is(err, step.want) {
			t.Errorf("%s: %v, want %v", step.name, err, step.want)
		}
	}
	if said, found := directory.Get(did); !found || len(said.RotationKeys) != 2 {
		t.Errorf("the directory says %+v, %v", said, found)
	}
	if directory.Reset(); len(directory.All()) != 0 {
		t.Error("a reset directory holds something")
	}
}

func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"text":            `none`,
		"another type":    `{"type":"plc_tombstone","rotationKeys":["did:key:zQ3shhCGUqDKjStzuDxPkTxN6ujddP4RkEKJJouJGRRkaLGbg"]}`,
		"no rotation key": `{"type":"plc_operation"}`,
		"a bad key":       `{"type":"plc_operation","rotationKeys":["did:key:x"]}`,
		"a member more":   `{"type":"plc_operation","extra":1}`,
		"too long":        strings.Repeat(" ", 5000),
	} {
		if _, err := plc.Decode([]byte(text)); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

func TestClient(t *testing.T) {
	t.Parallel()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/did:plc:known/data":
			_ = json.NewEncoder(w).Encode(map[string]any{"did": "did:plc:known", "alsoKnownAs": []string{"at://a.test"}})
		case "/did:plc:broken/data":
			w.WriteHeader(http.StatusBadGateway)
		default:
			http.NotFound(w, r)
		}
	}))
	defer elsewhere.Close()
	client, err := plc.NewClient(elsewhere.URL + "/")
	if err != nil {
		t.Fatal(err)
	}
	if said, err := client.Get(context.Background(), "did:plc:known"); err != nil || said.AlsoKnownAs[0] != "at://a.test" {
		t.Errorf("answer is %+v, %v", said, err)
	}
	if _, err := client.Get(context.Background(), "did:plc:unknown"); !errors.Is(err, plc.ErrUnknown) {
		t.Errorf("error is %v", err)
	}
	if _, err := client.Get(context.Background(), "did:plc:broken"); err == nil || errors.Is(err, plc.ErrUnknown) {
		t.Errorf("error is %v", err)
	}
	for _, base := range []string{"", "plc.test", "ftp://a", "https://plc.directory", "https://PLC.directory:443/"} {
		if _, err := plc.NewClient(base); err == nil {
			t.Errorf("%q is taken", base)
		}
	}
}
