package requests

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
)

// markSize is how many bytes of a hash tell two tokens apart.
const markSize = 8

// mark stands for a token where the token itself must not be seen. Tokens are
// signed, so that nobody can guess one and try.
func mark(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:markSize])
}

// markOfBearer is empty where the header bears no token.
func markOfBearer(authorization string) string {
	scheme, bearer, found := strings.Cut(authorization, " ")
	if !found || !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return mark(bearer)
}

// issued marks the tokens of an answer; nil where it has none, or did not
// arrive whole.
func issued(body []byte) map[string]string {
	var answer struct {
		AccessJWT  string `json:"accessJwt"`
		RefreshJWT string `json:"refreshJwt"`
	}
	if len(body) == 0 || json.Unmarshal(body, &answer) != nil || answer.AccessJWT+answer.RefreshJWT == "" {
		return nil
	}
	marks := map[string]string{}
	for member, token := range map[string]string{"accessJwt": answer.AccessJWT, "refreshJwt": answer.RefreshJWT} {
		if token != "" {
			marks[member] = mark(token)
		}
	}
	return marks
}
