//go:build !unix

package client

import "os/exec"

func group(*exec.Cmd) {}

func killGroup(command *exec.Cmd) {
	_ = command.Process.Kill() // it may be gone
}
