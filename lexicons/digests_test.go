package lexicons

// digests are the sha256 sums of the embedded documents.
var digests = map[string]string{
	"com/atproto/server/createAccount.json":         "93b2b09358f8e0e4d353d09fa427d47b123e71ad5ef3d98dbea15af384a9eaa6",
	"com/atproto/server/createAppPassword.json":     "eab6e929ee6b95aa061ba6595e9469b2fcfb891800b8c2c4691f12b95c9eb55d",
	"com/atproto/server/createInviteCode.json":      "ab6d5008dabb51e5652f062f8d980ebdd549368cc4c846a6fa9576c915fca44a",
	"com/atproto/server/createInviteCodes.json":     "86ad9f522937e0ae9106ea11d7d312904255c293587f3b3f4a077ba712c5d5d9",
	"com/atproto/server/createSession.json":         "ca8af3e3b4b16c9c7412754f73d15c0a6591ff45ef25db23610ec68c1042940d",
	"com/atproto/server/defs.json":                  "89b3ff80e86b536c18f6728440ac1d5f7dbe98a892d065287ade601d7034c298",
	"com/atproto/server/deleteAccount.json":         "85221c9a362b63b9e62cbc325d2ceb976d9a0404184a69bc621b98438611e2c1",
	"com/atproto/server/deleteSession.json":         "eb16724448dd416a0f4ce084e75cd11c8c5f6d99babf0f7eaa64d3bbde4fb9e2",
	"com/atproto/server/describeServer.json":        "0095bd582a544ee24b6d52ed4ba1df0dbe683ad838dc2ddec92a77029fdec567",
	"com/atproto/server/getAccountInviteCodes.json": "c6cffde850bc7e11fdfbd22121281568f07193ffde97710a98e4ddc178e1d652",
	"com/atproto/server/getSession.json":            "b84f7571890ddae3195e722db51cf2fd9be1186fa71f5270b40378d2e78aa0c3",
	"com/atproto/server/listAppPasswords.json":      "710206bde7dc90eda2d07d7b5d79d63c7174f8d09c6eb7f02cabb3f5622ceae6",
	"com/atproto/server/refreshSession.json":        "8dcfe9aa9796115d6609e41071752f5a8a518a9941c46d0910d883592bc76c12",
	"com/atproto/server/requestAccountDelete.json":  "d1ad16786c18d19df962c041a0c1da456e0af912eed8caa523243da8ef4b8f10",
	"com/atproto/server/requestPasswordReset.json":  "26a875dd570ea251a4ec9d5ca45eaee7c0ec0070937260ca0327ac57ee44046a",
	"com/atproto/server/resetPassword.json":         "7316ad1f2b9029c16fef7c001439eeaa6959a8fae7308fd5b1818d3e058a89f6",
	"com/atproto/server/revokeAppPassword.json":     "cfdcff3fca33c0c3e1ccdd216341b0b9af8caeaa87ae93c2a78a3fa46683318b",
}
