package mockserver_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/chromedp"

	"github.com/pdsconform/pdsconform/fixtures/chromium"
	"github.com/pdsconform/pdsconform/mockserver"
)

// visitor is somebody with the page in a browser.
type visitor struct {
	*client
	ctx context.Context

	mu   sync.Mutex
	said []string
}

// visit opens the page, with or without scripts, and skips the test where there
// is no browser.
func visit(t *testing.T, c *client, scripts bool) *visitor {
	t.Helper()
	v := &visitor{client: c}
	v.ctx = chromium.Open(t, chromedp.WithListener(v.listen))
	v.browse(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !scripts})
		return err
	}), chromedp.Navigate(c.server.ControlURL+"/"))
	return v
}

func (v *visitor) listen(event any) {
	if entry, said := event.(*log.EventEntryAdded); said {
		v.mu.Lock()
		defer v.mu.Unlock()
		v.said = append(v.said, entry.Entry.Text)
	}
}

func (v *visitor) browse(actions ...chromedp.Action[chromedp.Void]) {
	v.Helper()
	if err := chromedp.Do(v.ctx, actions...); err != nil {
		v.Fatal(err)
	}
}

// click waits for the page that a button leads to.
func (v *visitor) click(selector string) {
	v.Helper()
	v.browse(chromedp.Click(chromedp.CSS(selector)))
}

func (v *visitor) fill(selector, text string) {
	v.Helper()
	v.browse(chromedp.SendKeys(chromedp.CSS(selector), text))
}

// sees waits until something is on the page.
func (v *visitor) sees(selector string) {
	v.Helper()
	ctx, cancel := context.WithTimeout(v.ctx, 10*time.Second)
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.WaitVisible(chromedp.CSS(selector))); err != nil {
		v.Fatalf("%s doesn't turn up: %v", selector, err)
	}
}

// tells is what an expression comes to in the page.
func (v *visitor) tells(expression string) string {
	v.Helper()
	value, err := chromedp.Run(v.ctx, chromedp.Evaluate[string]("String("+expression+")"))
	if err != nil {
		v.Fatalf("%s: %v", expression, err)
	}
	return value
}

// picture keeps what the page looks like: go test -artifacts says where.
func (v *visitor) picture(name string) {
	v.Helper()
	picture, err := chromedp.Run(v.ctx, chromedp.FullScreenshot(100))
	if err == nil {
		err = os.WriteFile(filepath.Join(v.ArtifactDir(), name), picture, 0o600)
	}
	if err != nil {
		v.Error(err)
	}
}

func toggle(label string) string { return `button[aria-label="` + label + `"]` }
func on(label string) string     { return toggle(label) + `[aria-checked=true]` }

// TestPageInBrowser does what people do with the page, without a script.
func TestPageInBrowser(t *testing.T) {
	t.Parallel()
	c := start(t)
	v := visit(t, c, false)

	v.click("#accounts .tools summary")
	v.fill("input[name=handle]", "alice.test")
	v.fill("input[name=email]", "alice@example.com")
	v.fill("input[name=password]", "12345678")
	v.click("#accounts .fields button")
	v.sees("#accounts tbody tr")

	v.click("#clock button[value='2h']")
	v.sees("[data-offset='2h0m0s']")
	v.fill("#clock input[name=advance]", "15m")
	v.click("#clock form:nth-of-type(2) button")
	v.sees("[data-offset='2h15m0s']")

	access := c.logIn("alice.test", "12345678").ok().text("accessJwt")
	c.post("createAppPassword", access, object{"name": "my phone"}).ok()
	c.post("requestPasswordReset", "", object{"email": "alice@example.com"}).ok()
	v.click("header .button")
	v.sees("#mail tbody tr")
	if code := v.tells(`document.querySelector("#mail .code").textContent`); code != c.mailToken("alice@example.com") {
		t.Errorf("the code in the mail is told as %s", code)
	}
	if selects := v.tells(`getComputedStyle(document.querySelector("#mail .code")).userSelect`); selects != "all" {
		t.Errorf("a click on a code selects %s", selects)
	}

	v.click(toggle("alice.test is taken down"))
	v.sees(on("alice.test is taken down"))
	c.logIn("alice.test", "12345678").is(401, "AccountTakedown", "")
	v.click(on("alice.test is taken down"))
	v.sees(toggle("alice.test is taken down") + `[aria-checked=false]`)

	v.click(toggle("The next two refreshes fail"))
	v.sees(on("The next two refreshes fail"))
	c.post("refreshSession", "", nil).is(502, "UpstreamFailure", "")
	c.add(mockserver.Scenario{Method: "describeServer", Times: 1, Drop: mockserver.DropAtOnce})
	_, _ = c.attempt("GET", "describeServer", "", "")

	v.click("#defects > details > summary")
	v.fill("input[type=search][name=defect]", "createSession did missing")
	v.click("#defects [role=search] button")
	v.sees("input[type=search][name=defect][value='createSession did missing']")
	v.click("#defects .switch[aria-checked=false]")
	v.sees("#defects .switch[aria-checked=true]")
	if active := c.server.ActiveDefects(); len(active) != 1 || active[0] != "output.createSession.did.missing" {
		t.Errorf("defects are %v", active)
	}
	v.sees("input[type=search][name=defect][value='createSession did missing']")

	v.click("#invites button")
	v.sees("#invites .code")
	v.click("#live details:nth-of-type(3) > summary")
	v.sees("#live details:nth-of-type(3) pre")
	v.looks(t)
	v.saysNothing(t)
	v.isSteeredByNobodyElse(t)
}

// TestPageLiveInBrowser has ten thousand accounts, and shows requests as they
// come: none is shown in the place of one that somebody reads.
func TestPageLiveInBrowser(t *testing.T) {
	t.Parallel()
	accounts := make([]mockserver.Account, 10_000)
	for i := range accounts {
		name := fmt.Sprintf("user-%05d", i)
		accounts[i] = mockserver.Account{Handle: name + ".test", Email: name + "@example.com", Password: "12345678"}
	}
	c := start(t, mockserver.Options{Accounts: accounts})
	v := visit(t, c, true)
	v.sees("#accounts tbody tr:nth-of-type(50)")
	if rows := v.tells(`document.querySelectorAll("#accounts tbody tr").length`); rows != "50" {
		t.Errorf("%s accounts are shown", rows)
	}
	v.click("#accounts .more a")
	v.sees("#accounts .more a[href='/#accounts']")
	v.fill("input[type=search][name=account]", "user-04711")
	v.click("#accounts [role=search] button")
	v.sees("button[aria-label='user-04711.test is taken down']")
	c.logIn("user-04711.test", "12345678").ok()
	v.sees("#live .request:nth-of-type(1)")
	v.click("#live .request:nth-of-type(1) > summary")
	v.sees("#live pre")
	c.logIn("user-04711.test", "12345678").ok()
	v.browse(chromedp.WaitVisible(chromedp.JSPath(`document.getElementById("live-count").textContent == "2" ? document.getElementById("live-count") : null`)))
	if shown := v.tells(`document.querySelectorAll("#live .request").length`); shown != "1" {
		t.Errorf("%s requests are shown while one is read", shown)
	}
	v.click("#live .request:nth-of-type(1) > summary")
	v.click("h1") // the focus leaves the list
	c.logIn("user-04711.test", "12345678").ok()
	v.sees("#live .request:nth-of-type(3)")
	v.looks(t)
	v.saysNothing(t)
}

// saysNothing is a browser that has complained of nothing.
func (v *visitor) saysNothing(t *testing.T) {
	t.Helper()
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, said := range v.said {
		t.Errorf("the browser said: %s", said)
	}
}

// looks tries the page at several widths, in light and in dark.
func (v *visitor) looks(t *testing.T) {
	t.Helper()
	dark := func(scheme string) chromedp.Action[chromedp.Void] {
		return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
			_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
				Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
			return err
		})
	}
	backgrounds := map[string]bool{}
	for _, scheme := range []string{"light", "dark"} {
		v.browse(dark(scheme))
		for _, width := range []int64{1280, 360} {
			v.browse(chromedp.EmulateViewport(width, 800))
			if v.tells("document.documentElement.scrollWidth <= innerWidth") != "true" {
				t.Errorf("at a width of %d the page is %s wide", width, v.tells("document.documentElement.scrollWidth"))
			}
			v.picture(fmt.Sprintf("%s-%d.png", scheme, width))
		}
		backgrounds[v.tells("getComputedStyle(document.body).backgroundColor")] = true
	}
	if len(backgrounds) != 2 {
		t.Errorf("light and dark are both %v", backgrounds)
	}
	const unnamed = `[...document.querySelectorAll("a, button, input:not([type=hidden]), select, summary")]` +
		`.filter(e => !(e.getAttribute("aria-label") || e.textContent.trim() || e.closest("label"))).length`
	if n := v.tells(unnamed); n != "0" {
		t.Errorf("%s controls have no name", n)
	}
}

// isSteeredByNobodyElse lets a page of another origin send what it can.
func (v *visitor) isSteeredByNobodyElse(t *testing.T) {
	t.Helper()
	others := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(w, `<form method="post" action="%[1]s/page/reset"><button id="page">x</button></form>
<form method="post" action="%[1]s/control/v1/reset" enctype="text/plain"><button id="protocol">x</button></form>`, v.server.ControlURL)
	}))
	t.Cleanup(others.Close)
	for _, base := range []string{others.URL, strings.Replace(others.URL, "127.0.0.1", "localhost", 1)} {
		for _, button := range []string{"page", "protocol"} {
			v.browse(chromedp.Navigate(base+"/"), chromedp.Click(chromedp.ID(button)))
			v.sees("pre")
			if text := v.tells("document.body.textContent"); !strings.Contains(text, "Forbidden") {
				t.Errorf("from %s, %s is answered with %s", base, button, text)
			}
			v.logIn("alice.test", "12345678").ok()
		}
	}
}
