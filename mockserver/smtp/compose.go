package smtp

import (
	"fmt"
	"html"
	"strings"

	gomail "github.com/wneessen/go-mail"

	"github.com/pdsconform/pdsconform/mockserver"
)

// compose makes a message of two alternatives, plain text and HTML, in
// quoted-printable. Its date and identifier follow from the message alone.
// Source: https://www.rfc-editor.org/rfc/rfc2046#section-5.1.4
func compose(message mockserver.Message) (*gomail.Msg, error) {
	composed := gomail.NewMsg(
		gomail.WithCharset(gomail.CharsetUTF8),
		gomail.WithEncoding(gomail.EncodingQP),
		gomail.WithNoDefaultUserAgent(),
	)
	if err := composed.From(message.From); err != nil {
		return nil, fmt.Errorf("sender: %w", err)
	}
	if err := composed.To(message.To); err != nil {
		return nil, fmt.Errorf("recipient: %w", err)
	}
	composed.Subject(message.Subject)
	composed.SetDateWithValue(message.At)
	composed.SetMessageIDWithValue(fmt.Sprintf("%d.%s@%s", message.At.UnixNano(), message.ID, domainOf(message.From)))
	composed.SetBodyString(gomail.TypeTextPlain, message.Text)
	composed.AddAlternativeString(gomail.TypeTextHTML, htmlOf(message))
	return composed, nil
}

// htmlOf has a paragraph for each one of the text, and the code in bold.
func htmlOf(message mockserver.Message) string {
	var page strings.Builder
	page.WriteString("<!DOCTYPE html>\n<html><head><title>" + html.EscapeString(message.Subject) + "</title></head><body>\n")
	for paragraph := range strings.SplitSeq(strings.TrimSpace(message.Text), "\n\n") {
		page.WriteString("<p>" + bold(html.EscapeString(paragraph), html.EscapeString(message.Token)) + "</p>\n")
	}
	page.WriteString("</body></html>\n")
	return page.String()
}

func bold(text, code string) string {
	if code == "" {
		return text
	}
	return strings.ReplaceAll(text, code, "<strong>"+code+"</strong>")
}

func domainOf(sender string) string { return sender[strings.LastIndexByte(sender, '@')+1:] }
