package pds

import (
	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
)

// unwritten are the members that a method's output requires and no embedded
// revision has, so that no handler can know of them: an example of each is as good
// as anything. So a revision that nobody has written a line for is served.
func (s *Server) unwritten(nsid string) lexval.Object {
	method := s.config.Catalog.Method(nsid)
	if method == nil || method.Output.Object() == nil {
		return nil
	}
	var members lexval.Object
	output := method.Output.Object()
	for _, property := range output.Properties {
		if output.Requires(property.Name) && !everListed(nsid+" output."+property.Name) {
			members = append(members, Field(property.Name, lexval.Sample(property.Schema)))
		}
	}
	return members
}

// everListed reports whether an embedded revision has a member of a method.
func everListed(member string) bool {
	for _, revision := range embedded() {
		if revision.members[member] {
			return true
		}
	}
	return false
}
