// Package dag is the data model of the protocol in bytes: DAG-CBOR, and the
// identifiers of blocks. It must not know what is in them.
package dag

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/fxamacker/cbor/v2"
)

// Codecs of blocks.
// Source: https://github.com/multiformats/multicodec/blob/master/table.csv
const (
	codecRaw  = 0x55
	codecCBOR = 0x71
)

var base32Lower = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// CID names a block of DAG-CBOR: version 1, dag-cbor, sha2-256.
// Source: https://atproto.com/specs/data-model#link-and-cid-formats
func CID(block []byte) string { return cidOf(codecCBOR, block) }

// RawCID names the bytes of a blob.
func RawCID(blob []byte) string { return cidOf(codecRaw, blob) }

func cidOf(codec byte, block []byte) string {
	sum := sha256.Sum256(block)
	return "b" + base32Lower.EncodeToString(append([]byte{0x01, codec, 0x12, sha256.Size}, sum[:]...))
}

// mode is DAG-CBOR: the shortest form of everything, the keys of maps by their
// length first.
// Source: https://ipld.io/specs/codecs/dag-cbor/spec
var mode = func() cbor.EncMode {
	mode, err := cbor.EncOptions{Sort: cbor.SortLengthFirst}.EncMode()
	if err != nil {
		panic(err) // the options are constants
	}
	return mode
}()

// Encode makes DAG-CBOR of a JSON value as it was decoded, with numbers as
// json.Number. What the data model lacks, such as fractions, is an error that
// names its place.
// Source: https://atproto.com/specs/data-model
func Encode(value any) ([]byte, error) {
	converted, err := convert(value)
	if err != nil {
		return nil, err
	}
	return mode.Marshal(converted)
}

func convert(value any) (any, error) {
	switch v := value.(type) {
	case json.Number:
		return integer(string(v))
	case []any:
		list := make([]any, len(v))
		for i, item := range v {
			converted, err := convert(item)
			if err != nil {
				return nil, fmt.Errorf("%d/%w", i, err)
			}
			list[i] = converted
		}
		return list, nil
	case map[string]any:
		return object(v)
	}
	return value, nil // a text, a boolean or null
}

// integer reads a number without a fraction, however it is written.
func integer(text string) (any, error) {
	if number, err := strconv.ParseInt(text, 10, 64); err == nil {
		return number, nil
	}
	number, err := strconv.ParseFloat(text, 64)
	if err != nil || number != math.Trunc(number) || math.Abs(number) > 1<<53 {
		return nil, errors.New(": numbers must be whole, and of 64 bits")
	}
	return int64(number), nil
}

func object(members map[string]any) (any, error) {
	if link, isText := members["$link"].(string); isText && len(members) == 1 {
		return linkTag(link)
	}
	if text, isText := members["$bytes"].(string); isText && len(members) == 1 {
		raw, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(text, "="))
		if err != nil {
			return nil, errors.New("$bytes: not base64")
		}
		return raw, nil
	}
	converted := make(map[string]any, len(members))
	for name, member := range members {
		value, err := convert(member)
		if err != nil {
			return nil, fmt.Errorf("%s/%w", name, err)
		}
		converted[name] = value
	}
	return converted, nil
}

// linkTag is a CID in DAG-CBOR: tag 42 around its bytes, after a zero.
func linkTag(link string) (any, error) {
	const cidTag = 42
	binary, err := base32Lower.DecodeString(strings.TrimPrefix(link, "b"))
	if err != nil || !strings.HasPrefix(link, "b") {
		return nil, errors.New("$link: not a CID of version 1 in base32")
	}
	return cbor.Tag{Number: cidTag, Content: append([]byte{0}, binary...)}, nil
}
