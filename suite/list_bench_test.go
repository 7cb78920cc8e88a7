package suite

import (
	"testing"

	"github.com/pdsconform/pdsconform/lexicons"
)

// BenchmarkList is all of `pdsconform list` but for printing.
func BenchmarkList(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		catalog, err := lexicons.LoadRevision(lexicons.DefaultRevision)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := List(Config{Catalog: catalog}); err != nil {
			b.Fatal(err)
		}
	}
}
