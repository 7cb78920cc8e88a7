//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package target

import (
	"os/exec"
	"syscall"
)

// endGroup has a command that is cut off end with all that it has started: they
// are a process group of their own.
func endGroup(command *exec.Cmd) {
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.Cancel = func() error { return syscall.Kill(-command.Process.Pid, syscall.SIGKILL) }
}
