package schema

import (
	"encoding/json"
	"strconv"
	"strings"
)

// farPower is a power of ten beyond every bound of a lexicon.
const farPower = 1000

// tame returns a value with each number of an excessive exponent replaced by
// one that is as far out of every bound, and whole or not alike: the library
// breaks down on exponents past a million, and no answer may bring that about.
// The value itself is left as it is.
func tame(value any) any {
	switch v := value.(type) {
	case json.Number:
		return tameNumber(v)
	case map[string]any:
		tamed := make(map[string]any, len(v))
		for name, member := range v {
			tamed[name] = tame(member)
		}
		return tamed
	case []any:
		tamed := make([]any, len(v))
		for i, element := range v {
			tamed[i] = tame(element)
		}
		return tamed
	default:
		return value
	}
}

func tameNumber(number json.Number) json.Number {
	mantissa, exponent, found := strings.Cut(strings.ToLower(string(number)), "e")
	if !found {
		return number
	}
	power, _ := strconv.Atoi(exponent) // out of range gives the largest or the least
	if power = max(-farPower, min(power, farPower)); power == farPower || power == -farPower {
		return json.Number(mantissa + "e" + strconv.Itoa(power))
	}
	return number
}
