package repo

import (
	"errors"
	"net/http"

	"github.com/pdsconform/pdsconform/mockserver/internal/dag"
	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/pds"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// create answers com.atproto.repo.createRecord.
func (r *Repositories) create(call *xrpc.Call) (lexval.Object, error) {
	return r.write(call, true, nil)
}

// put answers com.atproto.repo.putRecord.
func (r *Repositories) put(call *xrpc.Call) (lexval.Object, error) {
	return r.write(call, false, expected(call))
}

// expected is what the input says of the record that is there: null stands for
// none.
func expected(call *xrpc.Call) expectation {
	given, present := call.Input["swapRecord"]
	if !present {
		return nil
	}
	cid, _ := given.(string)
	return &cid
}

// write puts the record of the input into the caller's repository.
func (r *Repositories) write(call *xrpc.Call, only bool, expected expectation) (lexval.Object, error) {
	of, err := r.own(call)
	if err != nil {
		return nil, err
	}
	if err := noCommits(call); err != nil {
		return nil, err
	}
	collection := call.Input.String("collection")
	value, status, err := r.checked(of, collection, call.Input)
	if err != nil {
		return nil, err
	}
	block, err := dag.Encode(value)
	if err != nil {
		return nil, xrpc.InvalidRequest("record/" + err.Error())
	}
	written := record{key: call.Input.String("rkey"), cid: dag.CID(block)}
	if written.key == "" {
		written.key = r.store.tid(r.core.Clock.Now())
	}
	if written.text, err = lexval.Append(nil, value); err != nil {
		return nil, err
	}
	if err := r.store.put(of, collection, written, only, expected); err != nil {
		return nil, refusal(err)
	}
	output := lexval.Object{pds.Field("uri", "at://"+of.did+"/"+collection+"/"+written.key), pds.Field("cid", written.cid)}
	if status != "" {
		output = append(output, pds.Field("validationStatus", status))
	}
	return output, nil
}

// noCommits refuses a commit that is to be the present one, as there are none.
func noCommits(call *xrpc.Call) error {
	if given := call.Input.String("swapCommit"); given != "" {
		return xrpc.Fail("InvalidSwap", "This repository has no commits, and not "+given)
	}
	return nil
}

// refusal is the error that a client sees.
func refusal(err error) error {
	var swap *swapError
	switch {
	case errors.As(err, &swap):
		return xrpc.Fail("InvalidSwap", swap.Error())
	case errors.Is(err, errFull):
		return &xrpc.Error{Status: http.StatusInsufficientStorage, Name: "NotEnoughResources", Message: err.Error()}
	}
	return xrpc.InvalidRequest(err.Error())
}

// checked returns the record of an input with its type, and how it was validated.
func (r *Repositories) checked(of owner, collection string, input lexval.Values) (map[string]any, string, error) {
	value, _ := input["record"].(map[string]any)
	if named, given := value["$type"]; !given {
		value["$type"] = collection
	} else if named != collection {
		text, _ := named.(string)
		return nil, "", xrpc.InvalidRequest("Invalid $type: expected " + collection + ", got " + text)
	}
	if missing := r.missingBlob(of, value); missing != "" {
		return nil, "", &xrpc.Error{Status: http.StatusBadRequest, Name: "BlobNotFound", Message: "Could not find blob: " + missing}
	}
	wanted, said := input["validate"].(bool)
	document := r.record(collection)
	switch {
	case said && !wanted:
		return value, "", nil
	case document == nil && wanted:
		return nil, "", xrpc.InvalidRequest("Unknown lexicon type: " + collection)
	case document == nil:
		return value, "unknown", nil
	}
	validator, err := lexval.NewCompiler().Compile(document)
	if err != nil {
		return nil, "", err
	}
	if problem := validator.Check(lexval.AsIs(value)); problem != nil {
		return nil, "", xrpc.InvalidRequest("Invalid " + collection + " record: " + problem.In("Record"))
	}
	return value, "valid", nil
}

// missingBlob is the CID of a blob in a record that was not uploaded, or "".
func (r *Repositories) missingBlob(of owner, value any) string {
	switch v := value.(type) {
	case []any:
		for _, item := range v {
			if missing := r.missingBlob(of, item); missing != "" {
				return missing
			}
		}
	case map[string]any:
		if link, isMap := v["ref"].(map[string]any); isMap && v["$type"] == "blob" {
			if cid, _ := link["$link"].(string); !r.store.hasBlob(blob{of, cid}) {
				return cid
			}
			return ""
		}
		for _, member := range v {
			if missing := r.missingBlob(of, member); missing != "" {
				return missing
			}
		}
	}
	return ""
}

// delete answers com.atproto.repo.deleteRecord, also for what isn't there.
func (r *Repositories) delete(call *xrpc.Call) (lexval.Object, error) {
	of, err := r.own(call)
	if err != nil {
		return nil, err
	}
	if err := noCommits(call); err != nil {
		return nil, err
	}
	if err := r.store.delete(of, call.Input.String("collection"), call.Input.String("rkey"), expected(call)); err != nil {
		return nil, refusal(err)
	}
	return lexval.Object{}, nil
}

// uploadBlob answers com.atproto.repo.uploadBlob. What a blob holds is forgotten:
// nothing here gives it out again.
func (r *Repositories) uploadBlob(call *xrpc.Call) (lexval.Object, error) {
	account, found := r.core.Find(call.Caller.DID)
	if !found {
		return nil, unknownRepo(call.Caller.DID)
	}
	cid := dag.RawCID(call.Body)
	if err := r.store.addBlob(blob{ownerOf(account), cid}); err != nil {
		return nil, refusal(err)
	}
	return lexval.Object{pds.Field("blob", lexval.Object{
		pds.Field("$type", "blob"), pds.Field("ref", lexval.Object{pds.Field("$link", cid)}),
		pds.Field("mimeType", call.Media), pds.Field("size", int64(len(call.Body))),
	})}, nil
}
