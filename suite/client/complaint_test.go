package client

import "testing"

// The line that says why a program ended is found before and after the places in
// it that led there.
func TestComplaint(t *testing.T) {
	t.Parallel()
	for want, text := range map[string]string{
		"panic: runtime error: invalid memory address": "warming up\npanic: runtime error: invalid memory address\n\ngoroutine 1 [running]:\nmain.main()\n\t/a/main.go:23 +0x7f\n",
		"TypeError: x is undefined":                    "/a/driver.js:3\n  x.y()\n    ^\n\nTypeError: x is undefined\n    at main (/a/driver.js:3:1)\n\nNode.js v22.0.0\n",
		"XRPCError [ERR_X]: no":                        "XRPCError [ERR_X]: no\n    at main\n",
		"ValueError: no such account":                  "Traceback (most recent call last):\n  File \"d.py\", line 1, in <module>\nValueError: no such account\n",
		"Segmentation fault":                           "one line\nSegmentation fault\n",
		"":                                             "",
	} {
		if got := complaint(text); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
