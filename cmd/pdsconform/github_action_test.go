package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

const actionFolder = "../../.github/actions/pdsconform"

// compositeAction is an action of GitHub Actions that is made of steps.
// Source: https://docs.github.com/actions/reference/metadata-syntax-reference
type compositeAction struct {
	Name        string               `yaml:"name"`
	Description string               `yaml:"description"`
	Inputs      map[string]actionIn  `yaml:"inputs"`
	Outputs     map[string]actionOut `yaml:"outputs"`
	Runs        struct {
		Using string       `yaml:"using"`
		Steps []actionStep `yaml:"steps"`
	} `yaml:"runs"`
}

type actionIn struct {
	Description string  `yaml:"description"`
	Default     *string `yaml:"default"`
}

type actionOut struct {
	Description string `yaml:"description"`
	Value       string `yaml:"value"`
}

type actionStep struct {
	Name  string            `yaml:"name"`
	ID    string            `yaml:"id"`
	If    string            `yaml:"if"`
	Shell string            `yaml:"shell"`
	Env   map[string]string `yaml:"env"`
	Run   string            `yaml:"run"`
	Uses  string            `yaml:"uses"`
	With  map[string]string `yaml:"with"`
}

func readAction(t *testing.T) compositeAction {
	t.Helper()
	var action compositeAction
	text, err := os.ReadFile(filepath.Join(actionFolder, "action.yml"))
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.UnmarshalWithOptions(text, &action, yaml.DisallowUnknownField()); err != nil {
		t.Fatal(err)
	}
	return action
}

// inputsIn returns the inputs that an expression names.
func inputsIn(text string) []string {
	var names []string
	for _, found := range regexp.MustCompile(`inputs\.([a-z-]+)`).FindAllStringSubmatch(text, -1) {
		names = append(names, found[1])
	}
	return names
}

func TestActionIsWhole(t *testing.T) {
	t.Parallel()
	action := readAction(t)
	if action.Runs.Using != "composite" || action.Name == "" || action.Description == "" {
		t.Errorf("not a composite action with a name: %+v", action)
	}
	var used []string
	for _, step := range action.Runs.Steps {
		used = append(used, inputsIn(step.If)...)
		for _, values := range []map[string]string{step.Env, step.With} {
			for _, value := range values {
				used = append(used, inputsIn(value)...)
			}
		}
	}
	for name, input := range action.Inputs {
		if !slices.Contains(used, name) {
			t.Errorf("input %s does nothing", name)
		}
		if input.Description == "" || input.Default == nil {
			t.Errorf("input %s needs a description and a default", name)
		}
	}
	for _, name := range used {
		if _, ok := action.Inputs[name]; !ok {
			t.Errorf("there is no input %s", name)
		}
	}
	for name, output := range action.Outputs {
		if want := "${{ steps.run.outputs." + name + " }}"; output.Value != want || output.Description == "" {
			t.Errorf("output %s: %+v, want %s", name, output, want)
		}
	}
}

// TestActionScriptsTakeNoExpressions holds scripts to being the same whatever
// the inputs: an expression in one would be a place to put commands.
func TestActionScriptsTakeNoExpressions(t *testing.T) {
	t.Parallel()
	options, ran := optionFlags(new(settings)), 0
	for _, step := range readAction(t).Runs.Steps {
		for name := range step.Env {
			option, ours := strings.CutPrefix(name, environPrefix)
			if ours && option != "CONFIG" && options.Lookup(optionOf(name)) == nil {
				t.Errorf("step %s: %s is no option", step.Name, name)
			}
		}
		if step.Run == "" {
			continue
		}
		ran++
		if step.Shell != "bash" || strings.Contains(step.Run, "${{") {
			t.Errorf("step %s: shell %q runs %s", step.Name, step.Shell, step.Run)
		}
		parses(t, "-c", step.Run)
	}
	scripts, err := filepath.Glob(filepath.Join(actionFolder, "*.sh"))
	if err != nil || ran == 0 || len(scripts) == 0 {
		t.Fatalf("%d steps run %d scripts (%v)", ran, len(scripts), err)
	}
	for _, script := range scripts {
		parses(t, script)
	}
}

// parses holds a script to be one of bash.
func parses(t *testing.T, script ...string) {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), bash(t), append([]string{"-n"}, script...)...).CombinedOutput(); err != nil {
		t.Errorf("%q: %v: %s", script, err, out)
	}
}

// bash returns the shell that steps run in.
func bash(t *testing.T) string {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the bash on the path of Windows may be one that sees other files")
	}
	path, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("there is no bash here")
	}
	return path
}

// TestWorkflowsParse reads the workflows and the examples of them as YAML with
// jobs, whose own action is this one.
func TestWorkflowsParse(t *testing.T) {
	t.Parallel()
	var files []string
	for _, pattern := range []string{"workflows", "examples"} {
		found, err := filepath.Glob(filepath.Join("../../.github", pattern, "*.yml"))
		if err != nil || len(found) == 0 {
			t.Fatalf("nothing in %s (%v)", pattern, err)
		}
		files = append(files, found...)
	}
	action := readAction(t)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var workflow struct {
			Jobs map[string]struct {
				RunsOn string       `yaml:"runs-on"`
				Steps  []actionStep `yaml:"steps"`
			} `yaml:"jobs"`
		}
		if err := yaml.Unmarshal(text, &workflow); err != nil || len(workflow.Jobs) == 0 {
			t.Fatalf("%s: %d jobs, %v", file, len(workflow.Jobs), err)
		}
		for name, job := range workflow.Jobs {
			if job.RunsOn == "" || len(job.Steps) == 0 {
				t.Errorf("%s: job %s has no runner or no steps", file, name)
			}
			for _, step := range job.Steps {
				step.checkUse(t, file, action)
			}
		}
	}
}

// checkUse holds a step that uses the action to inputs that it has.
func (s actionStep) checkUse(t *testing.T, file string, action compositeAction) {
	t.Helper()
	if !strings.Contains(s.Uses, ".github/actions/pdsconform") {
		return
	}
	for name := range s.With {
		if _, ok := action.Inputs[name]; !ok {
			t.Errorf("%s: the action has no input %s", file, name)
		}
	}
}

func TestImageIsBuiltByTheModulesGo(t *testing.T) {
	t.Parallel()
	module, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	image, err := os.ReadFile("Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	version := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(string(module))
	if version == nil || !strings.Contains(string(image), "golang:"+version[1]+" ") {
		t.Errorf("the module needs Go %v: %s", version, image)
	}
}
