package selftest

import (
	_ "embed"
	"fmt"
	"sync"

	"github.com/goccy/go-yaml"
)

//go:embed effects.yaml
var effectsYAML []byte

//go:embed unbroken.yaml
var unbrokenYAML []byte

// effects are the places at which the defects written by hand must show, by
// the defect's ID: what they do to a server follows from no schema.
var effects = sync.OnceValue(func() map[string][]string {
	return mustRead[map[string][]string]("effects.yaml", effectsYAML)
})

// Unbroken are must requirements that no defect breaks, each with the reason
// why the mock can't be made to.
var Unbroken = sync.OnceValue(func() map[string]string {
	return mustRead[map[string]string]("unbroken.yaml", unbrokenYAML)
})

// mustRead panics on a file that the binary was built with and a test has read.
func mustRead[T any](name string, text []byte) T {
	var value T
	if err := yaml.UnmarshalWithOptions(text, &value, yaml.Strict()); err != nil {
		panic(fmt.Sprintf("%s: %v", name, err))
	}
	return value
}
