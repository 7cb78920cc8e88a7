package target

import (
	"net/http"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const someDID = "did:plc:ewvi7nxzyoun6zhxrhs64oiz"

// asked keeps the inputs that a method got.
type asked struct {
	mutex  sync.Mutex
	inputs []map[string]any
}

func (a *asked) by(answer func(input map[string]any) (int, any)) func(map[string]any, *http.Request) (int, any) {
	return func(input map[string]any, r *http.Request) (int, any) {
		if user, password, ok := r.BasicAuth(); !ok || user != "admin" || password != "admin-pass" {
			return http.StatusUnauthorized, failure("AuthenticationRequired", "Authentication Required")
		}
		if len(input) == 0 {
			return http.StatusBadRequest, failure("InvalidRequest", `Input must have the property "subject"`)
		}
		a.mutex.Lock()
		defer a.mutex.Unlock()
		a.inputs = append(a.inputs, input)
		return answer(input)
	}
}

func succeeds(body any) func(map[string]any) (int, any) {
	return func(map[string]any) (int, any) { return http.StatusOK, body }
}

// withAdmin is a target with an admin credential, whose admin methods are
// asked for.
func withAdmin(t *testing.T, served methods) *Target {
	t.Helper()
	served[describeServer] = described(false)
	served[createInviteCode] = always(http.StatusBadRequest, failure("InvalidRequest", "Input/useCount"))
	return probed(t, served.serve(t), Options{AdminPassword: "admin-pass"})
}

func TestTakedownByTodaysMethod(t *testing.T) {
	t.Parallel()
	var got asked
	target := withAdmin(t, methods{updateSubjectStatus: got.by(succeeds(map[string]any{}))})
	for _, down := range []bool{true, false} {
		if err := target.SetTakedown(t.Context(), someDID, down); err != nil {
			t.Fatal(err)
		}
	}
	subject := map[string]any{"$type": "com.atproto.admin.defs#repoRef", "did": someDID}
	want := []map[string]any{
		{"subject": subject, "takedown": map[string]any{"applied": true}},
		{"subject": subject, "takedown": map[string]any{"applied": false}},
	}
	if diff := cmp.Diff(want, got.inputs); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
}

func TestTakedownByTheMethodsOf2023(t *testing.T) {
	t.Parallel()
	var taken, reversed asked
	action := 40.0
	target := withAdmin(t, methods{
		takeModerationAction: taken.by(func(map[string]any) (int, any) {
			action++
			return http.StatusOK, map[string]any{"id": action}
		}),
		reverseModerationAction: reversed.by(succeeds(map[string]any{})),
	})
	for _, down := range []bool{true, false, true, false} {
		if err := target.SetTakedown(t.Context(), someDID, down); err != nil {
			t.Fatal(err)
		}
	}
	if len(taken.inputs) != 2 || taken.inputs[0]["action"] != "com.atproto.admin.defs#takedown" || taken.inputs[0]["createdBy"] != operator {
		t.Errorf("actions: %v", taken.inputs)
	}
	want := []map[string]any{
		{"id": 41.0, "reason": "pdsconform", "createdBy": operator},
		{"id": 42.0, "reason": "pdsconform", "createdBy": operator},
	}
	if diff := cmp.Diff(want, reversed.inputs); diff != "" {
		t.Errorf("reversed (-want +got):\n%s", diff)
	}
}

// TestNoAdminTakedown asks servers that have neither method, or that word it
// as if they had.
func TestNoAdminTakedown(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]func(map[string]any, *http.Request) (int, any){
		"not implemented":    nil,
		"passed on":          always(http.StatusBadRequest, failure("InvalidRequest", "No service configured for com.atproto.admin.updateSubjectStatus")),
		"refused":            always(http.StatusUnauthorized, failure("AuthenticationRequired", "Authentication Required")),
		"forbidden":          always(http.StatusForbidden, failure("Forbidden", "Forbidden")),
		"token wanted":       always(http.StatusBadRequest, failure("InvalidToken", "Bad token method")),
		"no error at all":    always(http.StatusBadRequest, "<html>"),
		"success":            always(http.StatusOK, map[string]any{}),
		"fault":              always(http.StatusInternalServerError, failure("InternalServerError", "Internal Server Error")),
		"not found":          always(http.StatusNotFound, failure("InvalidRequest", "Not found")),
		"success of no XRPC": always(http.StatusOK, "hello"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			target := withAdmin(t, methods{updateSubjectStatus: answer, takeModerationAction: answer})
			wantMissing(t, target.SetTakedown(t.Context(), someDID, true), Takedown, "hooks.takedown", "--admin-password")
		})
	}
}

// TestAdminTakedownThatFails has the method, which takes no account down.
func TestAdminTakedownThatFails(t *testing.T) {
	t.Parallel()
	var got asked
	target := withAdmin(t, methods{updateSubjectStatus: got.by(func(map[string]any) (int, any) {
		return http.StatusInternalServerError, failure("InternalServerError", "Internal Server Error")
	})})
	wantMissing(t, target.SetTakedown(t.Context(), someDID, true), Takedown, "take no account down")
	if len(got.inputs) != 1 {
		t.Errorf("asked %d times", len(got.inputs))
	}
}

func TestTakedownDriverGoesBeforeTheAdminMethods(t *testing.T) {
	t.Parallel()
	var got asked
	served := methods{
		describeServer: described(false), createInviteCode: always(http.StatusBadRequest, failure("InvalidRequest", "")),
		updateSubjectStatus: got.by(succeeds(nil)),
	}
	taker := &taker{}
	target := probed(t, served.serve(t), Options{AdminPassword: "admin-pass", Drivers: Drivers{Takedown: taker}})
	if err := target.SetTakedown(t.Context(), someDID, true); err != nil || !taker.down[someDID] || len(got.inputs) != 0 {
		t.Errorf("error %v, taken down %v, the admin method was asked %d times", err, taker.down, len(got.inputs))
	}
}
