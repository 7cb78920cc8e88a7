package main

import (
	"fmt"
	"strconv"

	"github.com/knadh/koanf/v2"
)

// The names of the option by which a user says how many requirements are
// checked at once.
const (
	parallelName = "parallel"
	oldParallel  = "procs"
)

// maxParallel is the most requirements that can be checked at once.
const maxParallel = 256

// auto leaves the number to the suite.
const auto = "auto"

// parallelValue is how many requirements are checked at once, 0 for auto.
type parallelValue int

// Set reads "auto" or a number from 1.
func (p *parallelValue) Set(text string) error {
	if text == auto {
		*p = 0
		return nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > maxParallel {
		return fmt.Errorf("give auto or a number from 1 to %d", maxParallel)
	}
	*p = parallelValue(n)
	return nil
}

// String is what Set reads.
func (p *parallelValue) String() string {
	if *p == 0 {
		return auto
	}
	return strconv.Itoa(int(*p))
}

// Type is what help calls the value.
func (p *parallelValue) Type() string { return "N|auto" }

// renameParallel gives the option of the old name the present one, unless that
// was given in the same place.
func renameParallel(values *koanf.Koanf) error {
	old := values.Get(oldParallel)
	values.Delete(oldParallel)
	if old == nil || values.Exists(parallelName) {
		return nil
	}
	return values.Set(parallelName, old)
}
