package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/knadh/koanf/providers/env/v2"
	"github.com/knadh/koanf/v2"
)

const environPrefix = "PDSCONFORM_"

// environmentLayer reads the variables that are options. An empty one is none,
// so that a CI matrix may leave it empty; a list is divided by commas.
func (a *app) environmentLayer() (layer, error) {
	options := optionFlags(new(settings))
	values := koanf.New(noDelimiter)
	err := values.Load(env.Provider(noDelimiter, env.Opt{
		Prefix:      environPrefix,
		EnvironFunc: func() []string { return a.environ },
		TransformFunc: func(name, value string) (string, any) {
			option := optionOf(name)
			if value == "" || options.Lookup(option) == nil {
				return "", nil
			}
			if options.Lookup(option).Value.Type() == listType {
				return option, strings.Split(value, ",")
			}
			return option, value
		},
	}), nil)
	if err != nil {
		return layer{}, fmt.Errorf("read environment: %w", err)
	}
	return layer{values: values, label: variableOf}, nil
}

// checkVariables refuses variables that are nearly an option's. Others of the
// same prefix are left alone: hooks get some, and a user may have more.
func (a *app) checkVariables() error {
	known := []string{"CONFIG"}
	for _, option := range flagNames(optionFlags(new(settings))) {
		known = append(known, strings.TrimPrefix(variableOf(option), environPrefix))
	}
	for _, entry := range a.environ {
		name, _, _ := strings.Cut(entry, "=")
		rest, ours := strings.CutPrefix(name, environPrefix)
		if !ours || slices.Contains(known, rest) {
			continue
		}
		if option, ok := nearest(rest, known); ok {
			return usagef("unknown variable %s, did you mean %s%s?", name, environPrefix, option)
		}
	}
	return nil
}

func variableOf(option string) string {
	return environPrefix + strings.ToUpper(strings.ReplaceAll(option, "-", "_"))
}

func optionOf(variable string) string {
	return strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(variable, environPrefix), "_", "-"))
}

// lookup returns a variable of the environment, empty where it isn't set.
func (a *app) lookup(variable string) string {
	for _, entry := range a.environ {
		if name, value, _ := strings.Cut(entry, "="); name == variable {
			return value
		}
	}
	return ""
}
