package main

import (
	"crypto/tls"
	"fmt"
	"os"

	"github.com/pdsconform/pdsconform/mockserver"
	"github.com/pdsconform/pdsconform/mockserver/files"
	"github.com/pdsconform/pdsconform/reports"
)

// mockFiles are the files that the mock reads at its start, or writes.
type mockFiles struct {
	accounts        string
	tlsCA           string
	tlsCert, tlsKey string
}

// read completes the options with what the files hold.
func (f mockFiles) read(options *mockserver.Options) error {
	if f.accounts != "" {
		list, err := files.ReadAccounts(f.accounts)
		if err != nil {
			return usagef("--accounts: %s", oneLine(err.Error()))
		}
		options.Accounts, options.Invites, options.Identities = list.Accounts, list.Invites, list.Identities
	}
	switch {
	case (f.tlsCert == "") != (f.tlsKey == ""):
		return usagef("--tls-cert and --tls-key need each other")
	case f.tlsCert != "" && options.TLS:
		return usagef("--tls makes a certificate, and --tls-cert gives one: not both")
	case f.tlsCA != "" && !options.TLS:
		return usagef("--tls-ca is for the authority that --tls makes: give --tls")
	case f.tlsCert != "":
		certificate, err := tls.LoadX509KeyPair(f.tlsCert, f.tlsKey)
		if err != nil {
			return usagef("--tls-cert %s, --tls-key %s: %s", f.tlsCert, f.tlsKey, oneLine(err.Error()))
		}
		options.Certificate = &certificate
	}
	return nil
}

// writeAuthority writes what clients have to trust, where that is asked for.
func (f mockFiles) writeAuthority(server *mockserver.Server) error {
	if f.tlsCA == "" {
		return nil
	}
	if err := os.WriteFile(f.tlsCA, server.CA(), 0o644); err != nil { //nolint:gosec // a certificate is for everybody to read
		return usagef("--tls-ca %s can't be written: %s", f.tlsCA, withoutPath(err))
	}
	return nil
}

// saveState writes the state of a server that has ended, where that is asked
// for.
func saveState(server *mockserver.Server, path string) error {
	if path == "" {
		return nil
	}
	if err := server.SaveState(path); err != nil {
		return &exitError{reports.ExitUnwritten, fmt.Errorf("--state-file: %w", err)}
	}
	return nil
}
