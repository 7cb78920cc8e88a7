package smtp

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"regexp"
	"strconv"
	"strings"

	gomail "github.com/wneessen/go-mail"
)

// address is where an SMTP server listens.
type address struct {
	host string
	port int
}

// hostName is a name that a resolver may know; the names of containers can
// have underscores.
var hostName = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$`)

// parseAddress refuses what isn't HOST:PORT.
func parseAddress(text string) (address, error) {
	host, service, err := net.SplitHostPort(text)
	if err != nil {
		return address{}, fmt.Errorf("%q is not HOST:PORT", text)
	}
	if _, err := netip.ParseAddr(host); err != nil && !hostName.MatchString(host) {
		return address{}, fmt.Errorf("%q is not HOST:PORT: %q is no host", text, host)
	}
	port, err := strconv.ParseUint(service, 10, 16)
	if err != nil || port == 0 {
		return address{}, fmt.Errorf("%q is not HOST:PORT: %q is no port from 1 to 65535", text, service)
	}
	return address{host, int(port)}, nil
}

// String is HOST:PORT, with an IPv6 address in brackets.
func (a address) String() string { return net.JoinHostPort(a.host, strconv.Itoa(a.port)) }

// security asks for no encryption on the own machine, and elsewhere for what
// the server offers.
func (a address) security() gomail.TLSPolicy {
	ip, err := netip.ParseAddr(a.host)
	if err == nil && ip.IsLoopback() || strings.EqualFold(a.host, "localhost") {
		return gomail.NoTLS
	}
	return gomail.TLSOpportunistic
}

// dialer connects to the address. The connection is closed when ctx ends,
// whatever was left undone on it.
func (a address) dialer(ctx context.Context) gomail.DialContextFunc {
	return func(dialing context.Context, network, _ string) (net.Conn, error) {
		conn, err := (&net.Dialer{}).DialContext(dialing, network, a.String())
		if err != nil {
			return nil, err
		}
		context.AfterFunc(ctx, func() { _ = conn.Close() })
		return conn, nil
	}
}
