package target

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/bluesky-social/indigo/atproto/syntax"
)

// What servers ask of handles: real ones limit the first label, and the whole.
const (
	shortestLabel, longestLabel = 3, 18
	longestHandle               = 30
)

func TestIdentities(t *testing.T) {
	t.Parallel()
	const many = 10_000
	target := targetAt(t, unreached, Options{})
	seen := map[string]bool{}
	for range many {
		identity := target.NewIdentity()
		handle, err := syntax.ParseHandle(identity.Handle)
		if err != nil {
			t.Fatal(err)
		}
		label, domain, _ := strings.Cut(identity.Handle, ".")
		switch {
		case handle.Normalize().String() != identity.Handle:
			t.Fatalf("%s is no handle in its normal form", identity.Handle)
		case domain != "test" || len(label) < shortestLabel || len(label) > longestLabel || len(identity.Handle) > longestHandle:
			t.Fatalf("%s: its first label has %d characters, all has %d", identity.Handle, len(label), len(identity.Handle))
		case identity.Email != label+"@example.com":
			t.Fatalf("e-mail %s of %s", identity.Email, identity.Handle)
		}
		for _, name := range []string{identity.Handle, identity.Email, identity.Password} {
			if seen[name] {
				t.Fatalf("%s is there twice", name)
			}
			seen[name] = true
		}
	}
}

func TestRunsHaveNamesOfTheirOwn(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for seed := range uint64(200) {
		target := targetAt(t, unreached, Options{Random: rand.New(rand.NewPCG(seed, 0))})
		for range 5 {
			handle := target.NewIdentity().Handle
			if seen[handle] {
				t.Fatalf("%s is made by two runs", handle)
			}
			seen[handle] = true
		}
	}
}

func TestNamesOfOneSeedAreTheSame(t *testing.T) {
	t.Parallel()
	first, second := targetAt(t, unreached, Options{}), targetAt(t, unreached, Options{})
	for range 10 {
		if a, b := first.NewIdentity(), second.NewIdentity(); a != b {
			t.Errorf("%v and %v", a, b)
		}
	}
	if a, b := first.NewDID(), second.NewDID(); a != b {
		t.Errorf("%s and %s", a, b)
	}
}

func TestHandleDomain(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		chosen  string
		offered any
		want    string
	}{
		"offered":           {"", []any{".pds.example.com", ".other.test"}, ".pds.example.com"},
		"chosen":            {"other.test", []any{".pds.example.com"}, ".other.test"},
		"chosen with a dot": {".other.test", []any{".pds.example.com"}, ".other.test"},
		"no leading dot":    {"", []any{"pds.example.com"}, ".pds.example.com"},
		"empty ones":        {"", []any{"", ".", "..", 5, nil, ".x.test"}, ".x.test"},
		"none":              {"", []any{}, ".test"},
		"no list":           {"", "pds.example.com", ".test"},
		"absent":            {"", nil, ".test"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			target := targetAt(t, unreached, Options{HandleDomain: test.chosen})
			target.describe = map[string]any{"availableUserDomains": test.offered}
			if got := target.HandleDomain(); got != test.want {
				t.Errorf("domain %q, want %q", got, test.want)
			}
			if handle := target.NewIdentity().Handle; !strings.HasSuffix(handle, test.want) {
				t.Errorf("handle %s, want one under %s", handle, test.want)
			}
		})
	}
}

func TestPasswords(t *testing.T) {
	t.Parallel()
	target := targetAt(t, unreached, Options{})
	seen := map[string]bool{}
	for range 1000 {
		password := target.NewPassword()
		for _, wanted := range []string{`[a-z]`, `[A-Z]`, `[0-9]`, `[^A-Za-z0-9]`, `^.{16,64}$`} {
			if !regexp.MustCompile(wanted).MatchString(password) {
				t.Fatalf("%s does not match %s", password, wanted)
			}
		}
		if seen[password] {
			t.Fatalf("%s is there twice", password)
		}
		seen[password] = true
	}
	for password := range seen {
		if shown := target.Client().Secrets().Replace(password); shown != "[password]" {
			t.Fatalf("shown in a report: %s", shown)
		}
	}
}

func TestDIDsAndNames(t *testing.T) {
	t.Parallel()
	target := targetAt(t, unreached, Options{})
	seen := map[string]bool{}
	for range 1000 {
		did, name := target.NewDID(), target.NewName("app")
		if _, err := syntax.ParseDID(did); err != nil || !regexp.MustCompile(`^did:plc:[a-z2-7]{24}$`).MatchString(did) {
			t.Fatalf("%s: %v", did, err)
		}
		if seen[did] || seen[name] || !strings.HasPrefix(name, "app-") {
			t.Fatalf("%s or %s is there twice, or ill-formed", did, name)
		}
		seen[did], seen[name] = true, true
	}
}

func TestNamesServeGoroutines(t *testing.T) {
	t.Parallel()
	target := targetAt(t, unreached, Options{})
	var group sync.WaitGroup
	var seen sync.Map
	for range 8 {
		group.Go(func() {
			for range 100 {
				identity := target.NewIdentity()
				for _, name := range []string{identity.Handle, target.NewName("app"), target.NewDID(), target.NewPassword()} {
					if _, twice := seen.LoadOrStore(name, true); twice {
						t.Errorf("%s is there twice", name)
					}
				}
			}
		})
	}
	group.Wait()
}

// Whatever an input is tried with is told from what the run makes itself.
func TestOwnForm(t *testing.T) {
	t.Parallel()
	target := targetAt(t, unreached, Options{})
	identity := target.NewIdentity()
	for _, own := range []string{identity.Email, identity.Password, target.NewPassword()} {
		if !target.OwnForm(own) {
			t.Errorf("%q is not taken for the run's own", own)
		}
	}
	for _, other := range []string{"", strings.ToUpper(identity.Email), "x" + identity.Email, "alice@example.com",
		identity.Password + " ", " " + identity.Password, "Pw-7" + strings.Repeat("é", 10), identity.Handle} {
		if target.OwnForm(other) {
			t.Errorf("%q is taken for the run's own", other)
		}
	}
}
