package mockserver_test

import (
	"strings"
	"testing"
	"time"

	"github.com/pdsconform/pdsconform/mockserver"
)

// TestControlGuard sends what pages of other sites can make a browser send.
func TestControlGuard(t *testing.T) {
	t.Parallel()
	c := start(t, mockserver.Options{Hostname: "pds.example.com"})
	host := strings.TrimPrefix(c.server.ControlURL, "http://")
	port := host[strings.LastIndexByte(host, ':'):]
	for _, row := range []struct {
		headers []string
		status  int
	}{
		{nil, 200},
		{[]string{"Origin", "http://" + host}, 200},
		{[]string{"Sec-Fetch-Site", "same-origin", "Origin", "http://" + host}, 200},
		{[]string{"Sec-Fetch-Site", "none"}, 200},
		{[]string{"Origin", "http://evil.example.com"}, 403},
		{[]string{"Origin", "null"}, 403},
		{[]string{"Origin", "http://127.0.0.1:1"}, 403},
		{[]string{"Sec-Fetch-Site", "cross-site"}, 403},
		{[]string{"Sec-Fetch-Site", "same-site"}, 403},
	} {
		for _, path := range []string{"/control/v1/clock", "/page/clock"} {
			before := c.server.Now()
			body, media := `{"advance":"1h"}`, "text/plain"
			if path == "/page/clock" {
				body, media = "advance=1h", "application/x-www-form-urlencoded"
			}
			a := c.sendTo(c.server.ControlURL, "POST", path, strings.NewReader(body), append(row.headers, "Content-Type", media)...)
			if moved := c.server.Now().Sub(before) >= time.Hour; a.status != row.status || moved != (row.status == 200) {
				t.Errorf("%s with %v is %d, clock moved: %t", path, row.headers, a.status, moved)
			}
		}
	}
	for name, status := range map[string]int{
		"localhost": 200, "127.0.0.1": 200, "[::1]": 200, "mock": 200, "LOCALHOST": 200, "localhost.": 200, "mock.internal": 200,
		"host.docker.internal": 200, "mock.svc.cluster.local": 200, "alice.test": 200, "pds.example.com": 200, "control.pds.example.com": 200,
		"evil.example.com": 421, "127.0.0.1.evil.com": 421, "xpds.example.com": 421, "localhost.evil.com": 421,
	} {
		for _, path := range []string{"/", "/control/v1/info", "/page/style.css"} {
			if a := c.sendTo(c.server.ControlURL, "GET", path, nil, "Host", name+port); a.status != status {
				t.Errorf("%s as %s is %d %s, want %d", path, name, a.status, a.body, status)
			}
		}
	}
	if a := c.sendTo(c.server.ControlURL, "GET", "/control/v1/info", nil, "Host", "evil.example.com"); !strings.Contains(a.text("message"), "hostname") {
		t.Errorf("the refusal names no remedy: %s", a.body)
	}
}
