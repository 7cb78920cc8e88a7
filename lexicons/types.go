package lexicons

// The words of the "type" keyword in the lexicon language.
// Source: https://atproto.com/specs/lexicon#overview-of-types
const (
	TypeBoolean      = "boolean"
	TypeInteger      = "integer"
	TypeString       = "string"
	TypeBytes        = "bytes"
	TypeCIDLink      = "cid-link"
	TypeBlob         = "blob"
	TypeUnknown      = "unknown"
	TypeToken        = "token"
	TypeArray        = "array"
	TypeObject       = "object"
	TypeParams       = "params"
	TypeRef          = "ref"
	TypeUnion        = "union"
	TypeRecord       = "record"
	TypeQuery        = "query"
	TypeProcedure    = "procedure"
	TypeSubscription = "subscription"

	TypePermissionSet = "permission-set"
	TypePermission    = "permission" // only within a permission set
)

// The words of a string's "format" keyword.
// Source: https://atproto.com/specs/lexicon#string-formats
const (
	FormatATIdentifier = "at-identifier"
	FormatATURI        = "at-uri"
	FormatCID          = "cid"
	FormatDatetime     = "datetime"
	FormatDID          = "did"
	FormatHandle       = "handle"
	FormatLanguage     = "language"
	FormatNSID         = "nsid"
	FormatRecordKey    = "record-key"
	FormatTID          = "tid"
	FormatURI          = "uri"
)

// Formats lists every string format that a document may name.
func Formats() []string {
	return []string{
		FormatATIdentifier, FormatATURI, FormatCID, FormatDatetime, FormatDID, FormatHandle,
		FormatLanguage, FormatNSID, FormatRecordKey, FormatTID, FormatURI,
	}
}
