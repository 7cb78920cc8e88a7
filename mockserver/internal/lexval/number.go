package lexval

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
)

// whole is a whole number. Overflow is -1 or 1 where 64 bits can't hold it;
// value is then the nearest that they can.
type whole struct {
	value    int64
	overflow int
}

func (w whole) less(bound int64) bool    { return w.overflow < 0 || w.overflow == 0 && w.value < bound }
func (w whole) greater(bound int64) bool { return w.overflow > 0 || w.overflow == 0 && w.value > bound }
func (w whole) equals(other int64) bool  { return w.overflow == 0 && w.value == other }

// wholeNumber reads a value whose fraction is zero, however it is written:
// 1, 1.0 and 1e2 are whole, 1.5 and "1" are not.
func wholeNumber(value any) (whole, bool) {
	switch v := value.(type) {
	case int64:
		return whole{value: v}, true
	case json.Number:
		if n, err := strconv.ParseInt(string(v), 10, 64); err == nil {
			return whole{value: n}, true
		}
		return wholeText(string(v))
	}
	return whole{}, false
}

// wholeText works on digits, so that no exponent costs memory and no digit is
// lost to rounding.
func wholeText(text string) (whole, bool) {
	text, negative := strings.CutPrefix(text, "-")
	mantissa, exponent, _ := strings.Cut(strings.ToLower(text), "e")
	integral, fraction, _ := strings.Cut(mantissa, ".")
	point := len(integral) + exponentOf(exponent)
	digits := integral + fraction
	significant := strings.TrimLeft(digits, "0")
	point -= len(digits) - len(significant)
	significant = strings.TrimRight(significant, "0")
	if significant == "" {
		return whole{}, true
	}
	if point < len(significant) {
		return whole{}, false
	}
	return wholeOf(significant, point, negative), true
}

// exponentOf reads an exponent, cut off where no number could tell the
// difference.
func exponentOf(text string) int {
	const limit = 1 << 30
	n, err := strconv.Atoi(text)
	switch {
	case text == "":
		return 0
	case err != nil && strings.HasPrefix(text, "-"):
		return -limit
	case err != nil:
		return limit
	}
	return max(-limit, min(n, limit))
}

// wholeOf is the number of the given digits, filled up with zeros to length.
func wholeOf(digits string, length int, negative bool) whole {
	sign := ""
	if negative {
		sign = "-"
	}
	if length <= 19 { // no int64 has more
		if n, err := strconv.ParseInt(sign+digits+strings.Repeat("0", length-len(digits)), 10, 64); err == nil {
			return whole{value: n}
		}
	}
	if negative {
		return whole{math.MinInt64, -1}
	}
	return whole{math.MaxInt64, 1}
}
