//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package target

import (
	"errors"
	"os"
	"syscall"
)

// lock marks a journal as one that is being written, as long as the file is
// open.
func lock(file *os.File) error {
	return syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
}

// JournalInUse reports whether the run that keeps a journal is still under way.
func JournalInUse(path string) bool {
	file, err := os.Open(path)
	if err != nil {
		return false
	}
	defer file.Close()
	return errors.Is(lock(file), syscall.EWOULDBLOCK)
}

// tryLock has a file be held, by one alone or by several, as long as it is open.
// It reports false where another holds it.
func tryLock(file *os.File, alone bool) bool {
	how := syscall.LOCK_SH
	if alone {
		how = syscall.LOCK_EX
	}
	return !errors.Is(syscall.Flock(int(file.Fd()), how|syscall.LOCK_NB), syscall.EWOULDBLOCK)
}
