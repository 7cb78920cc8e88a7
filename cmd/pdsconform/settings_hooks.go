package main

import (
	"maps"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pdsconform/pdsconform/suite"
)

// hooksKey is the key of the configuration file that is no flag: commands are
// lists.
const hooksKey = "hooks"

// commandsOf names the commands of hooks.
func commandsOf(hooks *suite.Hooks) map[string]*[]string {
	return map[string]*[]string{
		"advanceClock": &hooks.AdvanceClock,
		"takedown":     &hooks.Takedown,
		"readMail":     &hooks.ReadMail,
	}
}

// hooksOf reads the hooks of a configuration file that lies in folder. A
// program that is named by a relative path is found from there, one without a
// path where programs are. Arguments are left as they are.
func hooksOf(file map[string]any, folder string, label func(string) string) (suite.Hooks, error) {
	var hooks suite.Hooks
	value, given := file[hooksKey]
	if !given {
		return hooks, nil
	}
	mapping, ok := value.(map[string]any)
	if !ok {
		return hooks, usagef("%s: a mapping is expected, such as advanceClock: [./advance.sh]", label(hooksKey))
	}
	commands := commandsOf(&hooks)
	for _, name := range slices.Sorted(maps.Keys(mapping)) {
		key := hooksKey + "." + name
		command := commands[name]
		if command == nil {
			return hooks, usagef("unknown key %s%s", label(key), meant(name, slices.Sorted(maps.Keys(commands)), hooksKey+"."))
		}
		if _, list := mapping[name].([]any); !list {
			return hooks, usagef("%s: a list of program and arguments is expected", label(key))
		}
		words, err := textsOf(mapping[name], listType)
		if err != nil {
			return hooks, usagef("%s: %s", label(key), err)
		}
		if len(words) == 0 || words[0] == "" {
			return hooks, usagef("%s: a program is missing", label(key))
		}
		if words[0], err = programIn(folder, words[0]); err != nil {
			return hooks, err
		}
		*command = words
	}
	return hooks, nil
}

func programIn(folder, program string) (string, error) {
	bare := !strings.ContainsAny(program, "/"+string(filepath.Separator))
	if bare || filepath.IsAbs(program) {
		return program, nil
	}
	return filepath.Abs(filepath.Join(folder, program))
}

// checkHooks refuses commands that could never run, before anything is sent.
func (s settings) checkHooks() error {
	if command, ok := strings.CutPrefix(s.mail, "exec:"); ok && strings.TrimSpace(command) != "" {
		program := strings.Fields(command)[0]
		if _, err := exec.LookPath(program); err != nil {
			return usagef("--mail exec: %s is no program that can be run", program)
		}
	}
	commands := commandsOf(&s.hooks)
	for _, name := range slices.Sorted(maps.Keys(commands)) {
		command := *commands[name]
		if len(command) == 0 {
			continue
		}
		if _, err := exec.LookPath(command[0]); err != nil {
			return usagef("%s.%s: %s is no program that can be run", hooksKey, name, command[0])
		}
	}
	return nil
}
