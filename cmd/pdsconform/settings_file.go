package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/goccy/go-yaml"
	"github.com/knadh/koanf/v2"
	"github.com/spf13/pflag"
)

const defaultConfigFile = "pdsconform.yaml"

// addConfigFlag adds the one option that can't stand in the configuration
// file.
func addConfigFlag(flags *pflag.FlagSet) {
	flags.String("config", "", "configuration `FILE` in YAML (default: "+defaultConfigFile+" where it exists)")
}

// fileLayer reads the configuration file. One that is named has to exist.
// Programs of hooks and lists of known failures lie beside it.
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
			return layer{values: values, label: label}, nil
		}
	}
	if err := values.Load(fileProvider(path), yamlParser{}); err != nil {
		return layer{}, usagef("configuration file %s: %s", path, err)
	}
	folder := filepath.Dir(path)
	hooks, err := hooksOf(values.Raw(), folder, label)
	if err != nil {
		return layer{}, err
	}
	values.Delete(hooksKey)
	for _, option := range []string{"known-failures", "write-known-failures"} {
		if name, ok := values.Get(option).(string); ok && name != "" && !filepath.IsAbs(name) {
			if err := values.Set(option, filepath.Join(folder, name)); err != nil {
				return layer{}, fmt.Errorf("resolve %s: %w", label(option), err)
			}
		}
	}
	return layer{values, label, hooks}, nil
}

// fileProvider reads a file.
type fileProvider string

// ReadBytes reads the whole file.
func (p fileProvider) ReadBytes() ([]byte, error) {
	data, err := os.ReadFile(string(p))
	if err != nil {
		return nil, withoutPath(err)
	}
	return data, nil
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
