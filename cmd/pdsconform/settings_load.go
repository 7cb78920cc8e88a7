package main

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/pdsconform/pdsconform/suite"

	"github.com/knadh/koanf/providers/posflag"
	"github.com/knadh/koanf/v2"
	"github.com/spf13/pflag"
)

// noDelimiter is what koanf takes keys apart at; none of ours has one.
const noDelimiter = "\x00"

// listType is what the flag parser calls an option of several values.
const listType = "stringSlice"

// layer is one place where options are given.
type layer struct {
	values *koanf.Koanf
	label  func(option string) string // what the option is called there
	hooks  suite.Hooks
}

// loadSettings returns the options of a run. A flag goes before the
// environment, the environment before the configuration file, and that before
// the default. Keys that are no option are errors, also where they change
// nothing. Values don't appear in errors, as one may be a secret.
func (a *app) loadSettings(flags *pflag.FlagSet) (settings, error) {
	file, err := a.fileLayer(flags)
	if err != nil {
		return settings{}, err
	}
	if err := a.checkVariables(); err != nil {
		return settings{}, err
	}
	environment, err := a.environmentLayer()
	if err != nil {
		return settings{}, err
	}
	given, err := flagLayer(flags)
	if err != nil {
		return settings{}, err
	}
	merged := koanf.New(noDelimiter)
	for _, layer := range []layer{file, environment, given} {
		if err := layer.check(); err != nil {
			return settings{}, err
		}
		if err := renameParallel(layer.values); err != nil {
			return settings{}, fmt.Errorf("rename settings: %w", err)
		}
		if err := merged.Merge(layer.values); err != nil {
			return settings{}, fmt.Errorf("merge settings: %w", err)
		}
	}
	resolved := settings{hooks: file.hooks}
	return resolved, apply(merged, optionFlags(&resolved), func(option string) string { return option })
}

// check reports what is no option, or can't be the value of one.
func (l layer) check() error {
	return apply(l.values, optionFlags(new(settings)), l.label)
}

// apply sets options to values.
func apply(values *koanf.Koanf, options *pflag.FlagSet, label func(string) string) error {
	raw := values.Raw()
	for _, name := range slices.Sorted(maps.Keys(raw)) {
		option := options.Lookup(name)
		if option == nil {
			return usagef("unknown key %s%s", label(name), meant(name, append(flagNames(options), hooksKey), ""))
		}
		texts, err := textsOf(raw[name], option.Value.Type())
		if err != nil {
			return usagef("%s: %s", label(name), err)
		}
		if replacer, ok := option.Value.(pflag.SliceValue); ok {
			err = replacer.Replace(texts)
		} else {
			err = option.Value.Set(texts[0])
		}
		if err != nil {
			if _, own := option.Value.(*parallelValue); own {
				return usagef("%s: %s", label(name), err)
			}
			return usagef("%s must be %s", label(name), cmp.Or(kindOf(option), "a value of type "+option.Value.Type()))
		}
	}
	return nil
}

// textsOf returns the texts of a value, or of a list where the option has one.
func textsOf(value any, kind string) ([]string, error) {
	switch value := value.(type) {
	case []string:
		return value, nil
	case []any:
		if kind != listType {
			return nil, errors.New("one value is expected, not a list")
		}
		texts := make([]string, len(value))
		for i, item := range value {
			text, err := textOf(item, kind)
			if err != nil {
				return nil, err
			}
			texts[i] = text
		}
		return texts, nil
	}
	text, err := textOf(value, kind)
	return []string{text}, err
}

// textOf returns the text of one value. A number where text is expected is
// refused: of a password 0123 YAML would leave 83.
func textOf(value any, kind string) (string, error) {
	switch value := value.(type) {
	case nil:
		return "", errors.New("a value is missing")
	case string:
		return value, nil
	case map[string]any, []any:
		return "", errors.New("a plain value is expected")
	}
	if kind == "string" || kind == listType {
		return "", errors.New("a text is expected, put it in quotes")
	}
	return fmt.Sprint(value), nil
}

func flagLayer(flags *pflag.FlagSet) (layer, error) {
	options := flagNames(optionFlags(new(settings)))
	values := koanf.New(noDelimiter)
	err := values.Load(posflag.ProviderWithFlag(flags, noDelimiter, nil, func(flag *pflag.Flag) (string, any) {
		if !flag.Changed || !slices.Contains(options, flag.Name) {
			return "", nil
		}
		return flag.Name, posflag.FlagVal(flags, flag)
	}), nil)
	if err != nil {
		return layer{}, fmt.Errorf("read flags: %w", err)
	}
	return layer{values: values, label: func(option string) string { return "--" + option }}, nil
}
