package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/knadh/koanf/providers/env/v2"
	"github.com/knadh/koanf/providers/posflag"
	"github.com/knadh/koanf/v2"
	"github.com/spf13/pflag"
)

const (
	environPrefix     = "PDSCONFORM_"
	defaultConfigFile = "pdsconform.yaml"

	// koanf takes keys apart at this delimiter; none of ours has one.
	noDelimiter = "\x00"
)

// addConfigFlag adds the one option that can't stand in the configuration
// file.
func addConfigFlag(flags *pflag.FlagSet) {
	flags.String("config", "", "configuration `FILE` in YAML (default: "+defaultConfigFile+" where it exists)")
}

// layer is one place where options are given.
type layer struct {
	values *koanf.Koanf
	label  func(option string) string // what the option is called there
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
		if err := merged.Merge(layer.values); err != nil {
			return settings{}, fmt.Errorf("merge settings: %w", err)
		}
	}
	var resolved settings
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
			return usagef("unknown key %s%s", label(name), meant(name, flagNames(options), ""))
		}
		texts, err := scalars(raw[name])
		if err == nil && len(texts) != 1 && option.Value.Type() != "stringSlice" {
			err = errors.New("one value is expected")
		}
		if err != nil {
			return usagef("%s: %s", label(name), err)
		}
		if replacer, ok := option.Value.(pflag.SliceValue); ok {
			err = replacer.Replace(texts)
		} else {
			err = option.Value.Set(texts[0])
		}
		if err != nil {
			return usagef("%s: not a value of type %s", label(name), option.Value.Type())
		}
	}
	return nil
}

// scalars returns the texts of a value or of a list of values.
func scalars(value any) ([]string, error) {
	switch value := value.(type) {
	case nil:
		return nil, errors.New("a value is missing")
	case map[string]any:
		return nil, errors.New("a value is expected, not a mapping")
	case []string:
		return value, nil
	case []any:
		texts := make([]string, len(value))
		for i, item := range value {
			one, err := scalars(item)
			if err != nil || len(one) != 1 {
				return nil, errors.New("a list of plain values is expected")
			}
			texts[i] = one[0]
		}
		return texts, nil
	}
	return []string{fmt.Sprint(value)}, nil
}

func (a *app) fileLayer(flags *pflag.FlagSet) (layer, error) {
	path, err := flags.GetString("config")
	if err != nil {
		return layer{}, fmt.Errorf("read flag config: %w", err)
	}
	if path == "" {
		path = a.lookup(environPrefix + "CONFIG")
	}
	values := koanf.New(noDelimiter)
	label := func(option string) string { return fmt.Sprintf("%s in %s", option, path) }
	if path == "" {
		path = defaultConfigFile
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return layer{values, label}, nil
		}
	}
	if err := values.Load(fileProvider(path), yamlParser{}); err != nil {
		return layer{}, usagef("configuration file %s: %s", path, err)
	}
	return layer{values, label}, nil
}

func (a *app) environmentLayer() (layer, error) {
	options := flagNames(optionFlags(new(settings)))
	values := koanf.New(noDelimiter)
	err := values.Load(env.Provider(noDelimiter, env.Opt{
		Prefix:      environPrefix,
		EnvironFunc: func() []string { return a.environ },
		TransformFunc: func(name, value string) (string, any) {
			option := optionOf(name)
			if value == "" || !slices.Contains(options, option) {
				return "", nil
			}
			if option == "endpoint" || option == "only" || option == "skip" || option == "format" {
				return option, strings.Split(value, ",")
			}
			return option, value
		},
	}), nil)
	if err != nil {
		return layer{}, fmt.Errorf("read environment: %w", err)
	}
	return layer{values, variableOf}, nil
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
	return layer{values, func(option string) string { return "--" + option }}, nil
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

// fileProvider reads a file.
type fileProvider string

// ReadBytes reads the whole file.
func (p fileProvider) ReadBytes() ([]byte, error) {
	data, err := os.ReadFile(string(p))
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		return nil, pathError.Err // the path is named by the caller
	}
	return data, err
}

// Read is for providers that need no parser.
func (fileProvider) Read() (map[string]any, error) {
	return nil, errors.New("a configuration file needs a parser")
}

// yamlParser reads a mapping, and writes none.
type yamlParser struct{}

// Unmarshal decodes a mapping. The error doesn't quote the document, as there
// may be secrets in it.
func (yamlParser) Unmarshal(data []byte) (map[string]any, error) {
	values := map[string]any{}
	if err := yaml.Unmarshal(data, &values); err != nil {
		message := yaml.FormatError(err, false, false)
		return nil, errors.New(oneLine(message))
	}
	return values, nil
}

// Marshal is never asked for.
func (yamlParser) Marshal(map[string]any) ([]byte, error) {
	return nil, errors.New("configuration files are not written")
}
