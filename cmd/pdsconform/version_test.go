package main

import (
	"runtime/debug"
	"testing"
)

// .ci/install shows the same of a binary that go install has built.
func TestVersionOf(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ release, module, want string }{
		{"v1.2.3", "v9.9.9", "v1.2.3"},
		{"", "v1.2.3", "v1.2.3"},
		{"", "v0.0.0-20261128120000-abcdefabcdef+dirty", "v0.0.0-20261128120000-abcdefabcdef+dirty"},
		{"", "", "(devel)"},
	} {
		read := func() (*debug.BuildInfo, bool) {
			return &debug.BuildInfo{Main: debug.Module{Version: test.module}}, true
		}
		if got := versionOf(test.release, read); got != test.want {
			t.Errorf("release %q, module %q: %q", test.release, test.module, got)
		}
	}
	unread := func() (*debug.BuildInfo, bool) { return nil, false }
	if got := versionOf("", unread); got != "(devel)" {
		t.Errorf("without build information: %q", got)
	}
}
