package suite_test

import (
	"testing"

	"github.com/pdsconform/pdsconform/mockserver"
	"github.com/pdsconform/pdsconform/suite"
)

// conformance stands for TestConformance in the tests of a server. Here that is
// the mock; the control URL stands for what else a server lets tests do: move
// its clock, read its mail, take accounts down.
func conformance(t *testing.T) {
	server := mockserver.RunT(t, mockserver.Options{InviteRequired: true, AdminPassword: "admin-pass"})
	suite.RunT(t, suite.Config{
		Target:        server.URL,
		Control:       server.ControlURL,
		AdminPassword: "admin-pass",
		Endpoints:     []string{"describeServer", "deleteSession"},
	})
}

// A server written in Go is checked in its own tests, each requirement a subtest.
func ExampleRunT() {
	testConformance := conformance // of *testing.T
	_ = testConformance
}
