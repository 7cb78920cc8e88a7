package repo

import (
	"fmt"
	"math"

	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/pds"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// get answers com.atproto.repo.getRecord. Only the present version is kept.
func (r *Repositories) get(call *xrpc.Call) (lexval.Object, error) {
	of, err := r.read(call)
	if err != nil {
		return nil, err
	}
	collection, key, cid := call.Params.String("collection"), call.Params.String("rkey"), call.Params.String("cid")
	found, exists := r.store.get(of, collection, key)
	if !exists || cid != "" && cid != found.cid {
		return nil, xrpc.Fail("RecordNotFound", "Could not locate record: at://"+of.did+"/"+collection+"/"+key)
	}
	return describe(of, collection, found)
}

// Record is a record of an account.
type Record struct {
	URI, CID string
	Value    map[string]any // as encoding/json decodes it, with json.Number for numbers
}

// Records lists what an account has written to a collection, the oldest first;
// pds.ErrUnknownAccount where there is none of that DID, handle or address.
func (r *Repositories) Records(identifier, collection string) ([]Record, error) {
	account, found := r.core.Find(identifier)
	if !found {
		return nil, fmt.Errorf("%w: %s", pds.ErrUnknownAccount, identifier)
	}
	all := []Record{}
	for _, one := range r.store.list(ownerOf(account), collection, "", true, math.MaxInt) {
		value, err := lexval.Decode(one.text)
		if err != nil {
			return nil, err
		}
		members, _ := value.(map[string]any)
		all = append(all, Record{"at://" + account.DID + "/" + collection + "/" + one.key, one.cid, members})
	}
	return all, nil
}

func describe(of owner, collection string, r record) (lexval.Object, error) {
	value, err := lexval.Decode(r.text)
	return lexval.Object{
		pds.Field("uri", "at://"+of.did+"/"+collection+"/"+r.key), pds.Field("cid", r.cid), pds.Field("value", value),
	}, err
}

// list answers com.atproto.repo.listRecords.
func (r *Repositories) list(call *xrpc.Call) (lexval.Object, error) {
	of, err := r.read(call)
	if err != nil {
		return nil, err
	}
	collection := call.Params.String("collection")
	found := r.store.list(of, collection, call.Params.String("cursor"), call.Params.Boolean("reverse"), int(call.Params.Integer("limit")))
	listed := []any{}
	for _, one := range found {
		described, err := describe(of, collection, one)
		if err != nil {
			return nil, err
		}
		listed = append(listed, described)
	}
	output := lexval.Object{pds.Field("records", listed)}
	if len(found) > 0 {
		output = append(output, pds.Field("cursor", found[len(found)-1].key))
	}
	return output, nil
}

// describe answers com.atproto.repo.describeRepo: whether an account is here,
// under which handle, and which collections it has.
func (r *Repositories) describe(call *xrpc.Call) (lexval.Object, error) {
	account, found := r.core.Find(call.Params.String("repo"))
	if !found {
		return nil, unknownRepo(call.Params.String("repo"))
	}
	document, err := r.core.DIDDocument(call.HTTP, account)
	if err != nil {
		return nil, err
	}
	of := ownerOf(account)
	return lexval.Object{
		pds.Field("handle", account.Handle), pds.Field("did", account.DID), pds.Field("didDoc", document),
		pds.Field("collections", lexval.Strings(r.store.collections(of))), pds.Field("handleIsCorrect", true),
	}, nil
}
