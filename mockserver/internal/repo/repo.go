// Package repo keeps records of the accounts of a mock, in memory, as far as a
// bot needs them: there is no tree, no commit and no stream of events. It must
// not know what records mean.
package repo

import (
	"context"
	"embed"
	"net/http"
	"sync"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/pds"
	"github.com/pdsconform/pdsconform/mockserver/internal/store"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

//go:embed documents/*.json
var documents embed.FS

// catalog loads the documents once for all servers of a process.
var catalog = sync.OnceValues(func() (*lexicons.Catalog, error) { return lexicons.Load(documents) })

// prefix begins the NSID of every method.
const prefix = "com.atproto.repo."

// Repositories are those of a server. It is safe for use by several goroutines.
type Repositories struct {
	core   *pds.Server
	record func(nsid string) *lexicons.Record // the document of a collection, or nil
	store  records
}

// New returns repositories without records. record finds the document of a
// collection, nil where none is known.
func New(core *pds.Server, record func(nsid string) *lexicons.Record) *Repositories {
	return &Repositories{core: core, record: record}
}

// Reset forgets all records and blobs.
func (r *Repositories) Reset() { r.store.reset() }

// Documents are the methods, for the router.
func (r *Repositories) Documents() (xrpc.Documents, error) {
	loaded, err := catalog()
	served := xrpc.Documents{Catalog: loaded}
	for name, handle := range map[string]func(*xrpc.Call) (lexval.Object, error){
		"createRecord": r.create, "putRecord": r.put, "deleteRecord": r.delete, "uploadBlob": r.uploadBlob,
	} {
		endpoint := r.endpoint(name, handle)
		endpoint.Writes = true
		endpoint.Authorize = func(request *http.Request) (xrpc.Caller, error) { return r.core.Admit(request, pds.WriteRule()) }
		served.Endpoints = append(served.Endpoints, endpoint)
	}
	for name, handle := range map[string]func(*xrpc.Call) (lexval.Object, error){
		"getRecord": r.get, "listRecords": r.list, "describeRepo": r.describe,
	} {
		served.Endpoints = append(served.Endpoints, r.endpoint(name, handle))
	}
	return served, err
}

func (r *Repositories) endpoint(name string, handle func(*xrpc.Call) (lexval.Object, error)) xrpc.Endpoint {
	most := 0 // the usual
	if name == "uploadBlob" {
		most = pds.BlobUploadLimit
	}
	return xrpc.Endpoint{
		NSID: prefix + name, MaxBody: most,
		Handle: func(_ context.Context, call *xrpc.Call) (lexval.Object, error) { return handle(call) },
	}
}

// own is the caller's repository, which the input must name.
func (r *Repositories) own(call *xrpc.Call) (owner, error) {
	account, found := r.core.Find(call.Input.String("repo"))
	switch {
	case !found:
		return owner{}, unknownRepo(call.Input.String("repo"))
	case account.DID != call.Caller.DID:
		return owner{}, xrpc.AuthenticationRequired("Authentication Required")
	}
	return ownerOf(account), nil
}

// read is the repository that the parameters name, of an account that is active.
func (r *Repositories) read(call *xrpc.Call) (owner, error) {
	account, found := r.core.Find(call.Params.String("repo"))
	if !found || account.TakenDown || account.Deactivated {
		return owner{}, unknownRepo(call.Params.String("repo"))
	}
	return ownerOf(account), nil
}

func ownerOf(account store.Account) owner { return owner{account.DID, account.CreatedAt.UnixNano()} }

func unknownRepo(name string) error { return xrpc.InvalidRequest("Could not find repo: " + name) }
