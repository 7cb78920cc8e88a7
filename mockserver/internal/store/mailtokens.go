package store

import "time"

// MailPurpose is what the code in a mail is good for.
type MailPurpose int

// The purposes. An account has at most one token of each.
const (
	ResetPassword MailPurpose = iota
	DeleteAccount
	ConfirmEmail
	UpdateEmail
	AuthFactor
	mailPurposes
)

// MailToken is a code that was mailed to an account.
type MailToken struct {
	DID       string    `json:"did"`
	Text      string    `json:"text"`
	GrantedAt time.Time `json:"grantedAt"`
}

// mailTokens are the tokens of one purpose, by DID and by text.
type mailTokens struct {
	byDID  table[MailToken]
	byText table[string]
}

func (m *mailTokens) reset() {
	m.byDID.reset()
	m.byText.reset()
}

func (m *mailTokens) put(token MailToken, version uint64) {
	m.drop(token.DID)
	m.byDID.put(token.DID, token, version)
	m.byText.put(token.Text, token.DID, version)
}

func (m *mailTokens) drop(did string) {
	token, _ := m.byDID.get(did)
	m.byText.delete(token.Text)
	m.byDID.delete(did)
}

// MailToken reads the token of an account.
func (tx *Tx) MailToken(purpose MailPurpose, did string) (MailToken, bool) {
	return get(tx, &tx.store.mailTokens[purpose].byDID, did)
}

// MailTokenByText reads the token of that text, whosever it is.
func (tx *Tx) MailTokenByText(purpose MailPurpose, text string) (MailToken, bool) {
	did, found := get(tx, &tx.store.mailTokens[purpose].byText, text)
	if !found {
		return MailToken{}, false
	}
	return tx.MailToken(purpose, did)
}

// PutMailToken replaces the account's token of that purpose.
func (tx *Tx) PutMailToken(purpose MailPurpose, token MailToken) {
	tx.write(func(version uint64) { tx.store.mailTokens[purpose].put(token, version) })
}

// DropMailToken removes the account's token of that purpose, if there is one.
func (tx *Tx) DropMailToken(purpose MailPurpose, did string) {
	tx.write(func(uint64) { tx.store.mailTokens[purpose].drop(did) })
}

// DropMailTokens removes all of the account's tokens, whatever they are for.
func (tx *Tx) DropMailTokens(did string) {
	tx.write(func(uint64) {
		for purpose := range tx.store.mailTokens {
			tx.store.mailTokens[purpose].drop(did)
		}
	})
}
