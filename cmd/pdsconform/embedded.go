package main

import (
	"time"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/mockserver"
	"github.com/pdsconform/pdsconform/suite"
)

// embeddedInterval is an interval at which accounts earn invite codes. With
// it, and with codes required, every declared error can be brought about.
const embeddedInterval = 24 * time.Hour

// links are what the mock says of its legal texts, so that there is something
// to check.
func links() mockserver.Links {
	return mockserver.Links{
		PrivacyPolicy:  "https://example.org/privacy",
		TermsOfService: "https://example.org/terms",
	}
}

// embed starts the reference mock in this process, with defects for a selftest,
// and returns the configuration of a run against it. The caller has to call
// stop.
func embed(config suite.Config, defects ...string) (embedded suite.Config, stop func(), err error) {
	options := mockserver.Options{
		Catalog:        config.Catalog,
		AdminPassword:  config.AdminPassword,
		InviteRequired: true,
		InviteInterval: embeddedInterval,
		Seed:           uint64(config.Seed),
		Links:          links(),
		Defects:        defects,
	}
	if options.AdminPassword == "" {
		options.AdminPassword = "admin-pass"
	}
	if config.HandleDomain != "" {
		options.UserDomains = []string{config.HandleDomain}
	}
	server, err := mockserver.New(options)
	if err != nil {
		return suite.Config{}, nil, usagef("the embedded mock can't be started, give a server with --target: %s", oneLine(err.Error()))
	}
	config.Embedded = true
	config.Target, config.Control = server.URL, server.ControlURL
	config.AdminPassword = options.AdminPassword
	if bringsAccounts(config.Catalog) {
		config.PLC = server.URL // the mock is its own directory
	}
	return config, server.Close, nil
}

// bringsAccounts reports whether accounts can be brought along by their DIDs.
func bringsAccounts(catalog *lexicons.Catalog) bool {
	method := catalog.Method("com.atproto.server.createAccount")
	if method == nil {
		return false
	}
	input := method.Input.Object()
	return input != nil && input.Property("did") != nil
}
