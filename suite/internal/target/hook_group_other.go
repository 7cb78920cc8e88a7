//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package target

import "os/exec"

func endGroup(*exec.Cmd) {}
