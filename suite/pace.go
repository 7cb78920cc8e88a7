package suite

import "github.com/pdsconform/pdsconform/suite/internal/xrpc"

// Rate is a number of requests in a time. The zero value is any number.
type Rate = xrpc.Rate

// DefaultMaxWait is how long a run waits for a target's limits where nobody says.
const DefaultMaxWait = xrpc.DefaultMaxWait

// ParseRate reads a number, a slash and a duration, such as 100/1m; empty is any
// number.
func ParseRate(text string) (Rate, error) { return xrpc.ParseRate(text) }

// client makes a client of the target that keeps to the pace of the run, which
// begins with the first.
func (c *Config) client(secrets *xrpc.Secrets) *xrpc.Client {
	if c.pace == nil {
		c.pace = xrpc.NewPace(xrpc.PaceOptions{Rate: c.Rate, MaxWait: c.MaxWait})
	}
	client := xrpc.NewClient(c.Target, c.Timeout, secrets)
	client.SetPace(c.pace)
	return client
}
