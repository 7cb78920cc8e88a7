package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// indexedJob is as much of the kind Job of batch/v1 as the example uses, each
// name as in the API's reference. The whole kind comes with a library larger
// than this program.
// Source: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/job-v1/
type indexedJob struct {
	APIVersion string `yaml:"apiVersion"`
	Kind       string
	Metadata   metadata
	Spec       struct {
		CompletionMode        string `yaml:"completionMode"`
		Completions           int32
		Parallelism           int32
		BackoffLimitPerIndex  *int32 `yaml:"backoffLimitPerIndex"`
		ActiveDeadlineSeconds int64  `yaml:"activeDeadlineSeconds"`
		Template              struct {
			Metadata metadata
			Spec     podSpec
		}
	}
}

type metadata struct {
	Name   string
	Labels map[string]string
}

type podSpec struct {
	RestartPolicy                 string `yaml:"restartPolicy"`
	AutomountServiceAccountToken  bool   `yaml:"automountServiceAccountToken"`
	TerminationGracePeriodSeconds int64  `yaml:"terminationGracePeriodSeconds"`
	SecurityContext               struct {
		RunAsNonRoot bool  `yaml:"runAsNonRoot"`
		RunAsUser    int64 `yaml:"runAsUser"`
		FSGroup      int64 `yaml:"fsGroup"`
	} `yaml:"securityContext"`
	Containers []container
	Volumes    []struct {
		Name                  string
		PersistentVolumeClaim struct {
			ClaimName string `yaml:"claimName"`
		} `yaml:"persistentVolumeClaim"`
	}
}

type container struct {
	Name, Image   string
	Command, Args []string
	Env           []struct {
		Name, Value string
		ValueFrom   struct {
			SecretKeyRef struct{ Name, Key string } `yaml:"secretKeyRef"`
		} `yaml:"valueFrom"`
	}
	Resources    struct{ Requests map[string]string }
	VolumeMounts []struct {
		Name      string
		MountPath string `yaml:"mountPath"`
	} `yaml:"volumeMounts"`
}

// strictly decodes a document whose every key has to be known.
func strictly(t *testing.T, text string, into any) {
	t.Helper()
	if err := yaml.UnmarshalWithOptions([]byte(text), into, yaml.Strict(), yaml.DisallowUnknownField()); err != nil {
		t.Fatal(yaml.FormatError(err, false, true))
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// checkOptions wants every flag of a command line, and every variable, to be an
// option of a run.
func checkOptions(t *testing.T, commandLine string, variables []string) {
	t.Helper()
	options := flagNames(optionFlags(new(settings)))
	for _, word := range strings.Fields(commandLine) {
		if name, ok := strings.CutPrefix(word, "--"); ok && !slices.Contains(options, name) {
			t.Errorf("there is no option --%s", name)
		}
	}
	for _, variable := range variables {
		if !slices.Contains(options, optionOf(variable)) {
			t.Errorf("the variable %s is no option", variable)
		}
	}
}

func TestKubernetesExample(t *testing.T) {
	t.Parallel()
	documents := strings.Split(read(t, "../../fixtures/targets/kubernetes-job.yaml"), "\n---\n")
	if len(documents) != 2 {
		t.Fatalf("%d documents, want a job and a claim", len(documents))
	}
	var job indexedJob
	strictly(t, documents[0], &job)
	spec, pod := job.Spec, job.Spec.Template.Spec
	if job.APIVersion != "batch/v1" || job.Kind != "Job" || spec.CompletionMode != "Indexed" || spec.Parallelism > spec.Completions ||
		spec.BackoffLimitPerIndex == nil || pod.RestartPolicy != "Never" || len(pod.Containers) != 1 {
		t.Fatalf("not an indexed job whose pods each run once: %+v", job)
	}
	one := pod.Containers[0]
	line := strings.Join(one.Args, " ")
	if want := fmt.Sprintf(`--shard "$((JOB_COMPLETION_INDEX + 1))/%d"`, spec.Completions); !strings.Contains(line, want) {
		t.Errorf("%s lacks %s", line, want)
	}
	var variables []string
	for _, variable := range one.Env {
		variables = append(variables, variable.Name)
		if strings.Contains(variable.Name, "PASSWORD") && variable.ValueFrom.SecretKeyRef.Name == "" {
			t.Errorf("%s stands in the manifest", variable.Name)
		}
	}
	checkOptions(t, line, variables)

	var claim struct {
		APIVersion string `yaml:"apiVersion"`
		Kind       string
		Metadata   metadata
		Spec       struct {
			AccessModes []string `yaml:"accessModes"`
			Resources   struct{ Requests map[string]string }
		}
	}
	strictly(t, documents[1], &claim)
	volume := pod.Volumes[0]
	if claim.Kind != "PersistentVolumeClaim" || volume.PersistentVolumeClaim.ClaimName != claim.Metadata.Name || one.VolumeMounts[0].Name != volume.Name {
		t.Errorf("the pods don't mount the claim %s: %+v, %+v", claim.Metadata.Name, volume, one.VolumeMounts)
	}
}

// matrixWorkflow is as much of a workflow of GitHub Actions as the example uses.
// Source: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax
type matrixWorkflow struct {
	Name        string
	On          any
	Permissions map[string]string
	Jobs        map[string]struct {
		Needs          string
		If             string
		RunsOn         string `yaml:"runs-on"`
		TimeoutMinutes int    `yaml:"timeout-minutes"`
		Strategy       struct {
			FailFast *bool `yaml:"fail-fast"`
			Matrix   struct{ Shard []int }
		}
		Steps []struct {
			Name, If, Uses, Run string
			Env, With           map[string]string
		}
	}
}

func TestMatrixExample(t *testing.T) {
	t.Parallel()
	var workflow matrixWorkflow
	strictly(t, read(t, "../../.github/examples/matrix.yml"), &workflow)
	shard, report := workflow.Jobs["shard"], workflow.Jobs["report"]
	shards := shard.Strategy.Matrix.Shard
	if report.Needs != "shard" || report.If != "always()" || shard.Strategy.FailFast == nil || *shard.Strategy.FailFast {
		t.Errorf("a failed shard keeps others from their report: %+v", workflow)
	}
	var action struct{ Inputs map[string]any }
	if err := yaml.Unmarshal([]byte(read(t, "../../.github/actions/pdsconform/action.yml")), &action); err != nil {
		t.Fatal(err)
	}
	checked, joined := false, false
	for _, step := range append(shard.Steps, report.Steps...) {
		joined = joined || strings.Contains(step.Run, "report merge shards/*/report.json")
		if !strings.Contains(step.Uses, "/.github/actions/pdsconform@") {
			continue
		}
		checked = step.With["shard"] == fmt.Sprintf("${{ matrix.shard }}/%d", len(shards))
		for input := range step.With {
			if _, ok := action.Inputs[input]; !ok {
				t.Errorf("the action has no input %s", input)
			}
		}
	}
	if !checked || !joined || len(shards) < 2 {
		t.Errorf("the shards %v are not checked (%v) and joined (%v)", shards, checked, joined)
	}
	for i, n := range shards {
		if n != i+1 {
			t.Errorf("shards are %v", shards)
		}
	}
}
