package target

// AboutConfirmation is the topic of confirming an e-mail address.
func AboutConfirmation() Topic { return Topic{"confirm", "verif"} }

// AboutEmailUpdate is the topic of changing an e-mail address.
func AboutEmailUpdate() Topic { return Topic{"update", "chang"} }

// AboutLogin is the topic of a second factor.
func AboutLogin() Topic { return Topic{"sign", "log", "factor"} }

// EmailChanged takes note of an account's new e-mail address.
func (t *Target) EmailChanged(account *Account, email string) error {
	account.Email = email
	return t.emailChanged(account.DID, account.Handle, email)
}

func (t *Target) emailChanged(did, handle, email string) error {
	t.ledger.email(did, email)
	return t.options.Journal.note(entry{Event: eventEmail, Handle: handle, Email: email})
}

func (l *ledger) email(did, email string) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if account := l.accounts[did]; account != nil {
		account.Email = email
	}
}

// CodeAbout returns the code in the newest message on a topic, empty where there
// is none.
func CodeAbout(messages []Message, topic Topic) string {
	message, _ := choose(messages, topic, false)
	return message.Code()
}
