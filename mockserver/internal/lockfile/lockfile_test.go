package lockfile_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pdsconform/pdsconform/mockserver/internal/lockfile"
)

func TestLock(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.json")
	first, err := lockfile.Acquire(path)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := lockfile.Acquire(path); err == nil || !strings.HasSuffix(err.Error(), fmt.Sprintf("state.json is in use by process %d", os.Getpid())) {
			t.Errorf("the second is %v", err)
		}
	}
	first.Release()
	if _, err := os.Stat(path + ".lock"); !os.IsNotExist(err) {
		t.Errorf("the lock is still there: %v", err)
	}
	// what a process that was killed has left is no lock
	if err := os.WriteFile(path+".lock", []byte("1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	second, err := lockfile.Acquire(path)
	if err != nil {
		t.Fatal(err)
	}
	first.Release()
	if _, err := os.Stat(path + ".lock"); err != nil {
		t.Errorf("a lock that was released before takes another's away: %v", err)
	}
	second.Release()
	if _, err := lockfile.Acquire(filepath.Join(path, "none", "state.json")); err == nil {
		t.Error("a folder that isn't there is locked")
	}
}
