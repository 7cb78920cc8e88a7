package derive

import (
	"strings"
	"testing"
)

func TestHoldsHash(t *testing.T) {
	t.Parallel()
	const password = "correct horse"
	for text, want := range map[string]bool{
		`{"passwordHash":"x"}`:                                             true,
		`{"pw":"$2b$10$N9qo8uLOickgx2ZMRZoMye"}`:                           true,
		`$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$x`:                          true,
		`scrypt:32768:8:1$salt$9f86d0`:                                     true,
		`pbkdf2:sha256:600000$salt$9f86d0`:                                 true,
		`pbkdf2_sha256$600000$salt$9f86d0`:                                 true,
		`$6$salt$IxDD3jeSOb5eB1CX5LBsqZFVkJdido`:                           true,
		`-----BEGIN EC PRIVATE KEY-----`:                                   true,
		`4104D36F8DA2C254349F85836793EBE029E0C957063A34C91C2E9203187B5631`: true,  // SHA-256 of the password
		`3cb4e732631f47e6eb961f34554b7cde`:                                 true,  // MD5 of it
		`c2dc4c9c37c5c1d0d2a09f5c1c3d0c6a`:                                 false, // of nothing that is known

		// What an answer, a mail or a message of a server may well hold.
		`{"signingKey":"did:key:zQ3sh"}`:                          false,
		`{"message":"bcrypt: password length exceeds 72 bytes"}`:  false,
		`{"message":"it costs $5 to $10, see scrypt: the paper"}`: false,
		`{"cid":"bafyreib2rxk3rh6kzwq"}`:                          false,
	} {
		if got := HoldsHash(text, password); got != want {
			t.Errorf("%s: %t", text, got)
		}
	}
}

func TestDigestsIn(t *testing.T) {
	t.Parallel()
	digest := strings.Repeat("0123456789abcdef", 4)
	for text, want := range map[string]int{
		"Reference: " + digest + ".":                          1,
		"hash " + digest + "\nhash " + digest + digest + "\n": 2,
		"https://mail.example.org/stop?signature=" + digest:   0,
		`<img src="cid:` + digest + `">`:                      0,
		digest + "0":                                          0,
		"your code is ABCDE-23456":                            0,
	} {
		if got := len(DigestsIn(text)); got != want {
			t.Errorf("%s: %d", text, got)
		}
	}
}

func TestNearPasswordsDiffer(t *testing.T) {
	t.Parallel()
	for _, near := range NearPasswords() {
		if other, differs := near.Of("Pw-7abc"); !differs || other == "Pw-7abc" {
			t.Errorf("%s is the password itself", near.Name)
		}
		if other, differs := near.Of(""); near.Name == "case" && differs {
			t.Errorf("nothing has another letter case: %q", other)
		}
	}
}
