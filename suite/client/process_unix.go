//go:build unix

package client

import (
	"os/exec"
	"syscall"
)

// group makes a command the head of a process group, so that what it started
// ends with it.
func group(command *exec.Cmd) {
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.Cancel = func() error { killGroup(command); return nil }
}

func killGroup(command *exec.Cmd) {
	_ = syscall.Kill(-command.Process.Pid, syscall.SIGKILL) // it may be gone
}
