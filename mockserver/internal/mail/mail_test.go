package mail

import "testing"

func TestOutboxIsBounded(t *testing.T) {
	t.Parallel()
	var outbox Outbox
	for range capacity + 5 {
		outbox.Send(Message{To: "a@example.com"})
	}
	messages := outbox.To("A@Example.com")
	if len(messages) > capacity || messages[len(messages)-1].ID != "10005" {
		t.Errorf("%d messages, newest %+v", len(messages), messages[len(messages)-1])
	}
	outbox.Clear()
	outbox.Send(Message{To: "b@example.com"})
	if all := outbox.To(""); len(all) != 1 || all[0].ID != "10006" {
		t.Errorf("after clearing: %+v", all)
	}
	outbox.Reset()
	outbox.Send(Message{})
	if all := outbox.To(""); all[0].ID != "1" {
		t.Errorf("after a reset: %+v", all)
	}
}
