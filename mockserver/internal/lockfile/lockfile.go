// Package lockfile keeps two processes, or two servers of one, from using a file
// at once. It must not know what the file is.
package lockfile

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
)

// Lock is a lock that is held until Release, or until the process ends however
// it does.
type Lock struct {
	file     *os.File
	released sync.Once
}

// errHeld is the error of a lock that somebody else holds.
var errHeld = errors.New("held")

// Acquire takes the lock of the file at a path, which is a file beside it. The
// error of one that is held names the process that holds it.
func Acquire(path string) (*Lock, error) {
	for {
		file, err := os.OpenFile(path+".lock", os.O_RDWR|os.O_CREATE, 0o600)
		if err != nil {
			return nil, err
		}
		err = lock(file)
		if errors.Is(err, errHeld) {
			holder := make([]byte, 32)
			n, _ := file.Read(holder) // without a number the error says less
			return nil, errors.Join(heldBy(path, strings.TrimSpace(string(holder[:n]))), file.Close())
		}
		if err != nil {
			return nil, errors.Join(err, file.Close())
		}
		if !isAt(file, path+".lock") { // whoever held it has taken it away since
			if err := file.Close(); err != nil {
				return nil, err
			}
			continue
		}
		err = file.Truncate(0)
		if err == nil {
			_, err = file.WriteString(strconv.Itoa(os.Getpid()) + "\n")
		}
		return &Lock{file: file}, err
	}
}

func heldBy(path, process string) error {
	if process == "" {
		return fmt.Errorf("%s is in use by another process", path)
	}
	return fmt.Errorf("%s is in use by process %s", path, process)
}

// isAt reports whether an open file is the one at a path.
func isAt(file *os.File, path string) bool {
	opened, errOpened := file.Stat()
	there, errThere := os.Stat(path)
	return errOpened == nil && errThere == nil && os.SameFile(opened, there)
}

// Release gives the lock back; a nil lock is none. The file beside is taken away.
func (l *Lock) Release() {
	if l == nil {
		return
	}
	l.released.Do(func() { // the file may be another's by the second time
		_ = os.Remove(l.file.Name()) // one that stays is no lock either
		_ = l.file.Close()
	})
}
