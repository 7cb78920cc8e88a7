package reports

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/performance"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/pdsconform/pdsconform/fixtures/chromium"
)

// TestHTMLInBrowser opens the page from disk, as its readers do, and does what
// they do with it.
func TestHTMLInBrowser(t *testing.T) {
	path := filepath.Join(t.TempDir(), "report.html")
	report := large(1000, 300)
	if err := os.WriteFile(path, []byte(renderHTML(t, report, Options{Documents: os.DirFS("../lexicons/2023-04")})), 0o600); err != nil {
		t.Fatal(err)
	}
	tab := openTab(t)
	tab.open("file://" + path)
	for _, step := range []struct {
		name string
		take func(*testing.T)
	}{
		{"opens fast", tab.opensFast},
		{"search", tab.search},
		{"filters", tab.filters},
		{"matrix", tab.matrix},
		{"link to a requirement", tab.deepLink},
		{"link to a view", tab.viewLink},
		{"copy", tab.copy},
		{"keyboard", tab.keyboard},
		{"narrow", tab.narrow},
		{"print", tab.prints},
	} {
		t.Run(step.name, func(t *testing.T) {
			tab.t = t
			step.take(t)
		})
	}
	tab.quiet(t, "file://"+path)
}

// tab is a page in a browser, with all that it said and asked for.
type tab struct {
	ctx     context.Context
	t       *testing.T
	address string

	mu       sync.Mutex
	said     []string
	requests []string
}

// openTab opens a tab of a browser, and skips the test where there is none.
func openTab(t *testing.T) *tab {
	t.Helper()
	page := &tab{t: t}
	page.ctx = chromium.Open(t, chromedp.WithListener(page.listen))
	page.do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		for _, name := range []string{"clipboard-read", "clipboard-write"} {
			if _, err := chromedp.CallBrowser(ctx, browser.SetPermission, browser.SetPermissionParams{
				Permission: &browser.PermissionDescriptor{Name: name}, Setting: browser.PermissionSettingGranted,
			}); err != nil {
				return err
			}
		}
		_, err := cdp.Call(ctx, target, performance.Enable, performance.EnableParams{TimeDomain: "threadTicks"})
		return err
	}))
	return page
}

func (p *tab) listen(event any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch event := event.(type) {
	case *network.EventRequestWillBeSent:
		p.requests = append(p.requests, event.Request.URL)
	case *log.EventEntryAdded:
		p.said = append(p.said, fmt.Sprintf("%s: %s", event.Entry.Level, event.Entry.Text))
	case *runtime.EventConsoleAPICalled:
		p.said = append(p.said, fmt.Sprintf("console.%s", event.Type))
	case *runtime.EventExceptionThrown:
		p.said = append(p.said, fmt.Sprintf("exception: %s %v", event.ExceptionDetails.Text, event.ExceptionDetails.Exception))
	}
}

func (p *tab) do(actions ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, actions...); err != nil {
		p.t.Fatal(err)
	}
}

func (p *tab) open(address string) {
	p.t.Helper()
	p.address, _, _ = strings.Cut(address, "#")
	p.do(chromedp.Navigate("about:blank"), chromedp.Navigate(address), chromedp.WaitVisible(chromedp.ID("filters")))
}

// text returns what an expression in the page comes to.
func (p *tab) text(expression string) string {
	p.t.Helper()
	value, err := chromedp.Run(p.ctx, chromedp.Evaluate[string]("(async () => String(await "+expression+"))()", chromedp.EvalAwaitPromise))
	if err != nil {
		p.t.Fatalf("%s: %v", expression, err)
	}
	return value
}

// becomes waits until an expression comes to a value.
func (p *tab) becomes(t *testing.T, expression, want string) {
	t.Helper()
	condition := fmt.Sprintf("String(%s) === %q", expression, want)
	if _, err := chromedp.Run(p.ctx, chromedp.Poll[bool](condition, chromedp.WithPollingTimeout(10*time.Second))); err != nil {
		t.Errorf("%s is %q, want %q (%v)", expression, p.text(expression), want, err)
	}
}

func (p *tab) click(selector string) {
	p.t.Helper()
	p.do(chromedp.Click(chromedp.CSS(selector)))
}

const (
	countShown = `document.getElementById("count").textContent`
	fragment   = `decodeURIComponent(location.hash)`
	rowsShown  = `document.querySelectorAll(".req:not([hidden])").length`
)

func (p *tab) opensFast(t *testing.T) {
	metrics, err := chromedp.Call(p.ctx, performance.GetMetrics, cdp.Empty{})
	if err != nil {
		t.Fatal(err)
	}
	for _, metric := range metrics.Metrics {
		switch metric.Name {
		case "TaskDuration":
			t.Logf("%.2f s of the main thread", metric.Value)
			if metric.Value > 3 {
				t.Errorf("opening took %.2f s of the main thread", metric.Value)
			}
		case "Nodes":
			t.Logf("%.0f nodes", metric.Value)
		}
	}
	p.becomes(t, countShown, "1000 in all")
	p.becomes(t, `document.querySelectorAll(".exchange").length`, "0")
}

func (p *tab) search(t *testing.T) {
	p.do(chromedp.SendKeys(chromedp.ID("q"), "number 123 createaccount"))
	p.becomes(t, countShown, "0 of 1000")
	p.becomes(t, `document.getElementById("none").hidden`, "false")
	p.click("#clear")
	p.do(chromedp.SendKeys(chromedp.ID("q"), "CASE-125"))
	p.becomes(t, countShown, "1 of 1000")
	p.becomes(t, fragment, "#q=CASE-125")
	p.click("#clear")
	p.becomes(t, countShown, "1000 in all")
	p.becomes(t, fragment, "")
}

func (p *tab) filters(t *testing.T) {
	p.click(`fieldset[data-key=outcome] input[value=failed]`)
	p.becomes(t, countShown, "20 of 1000")
	p.click(`fieldset[data-key=outcome] input[value=blocked]`)
	p.becomes(t, countShown, "60 of 1000")
	p.becomes(t, fragment, "#outcome=failed,blocked")
	p.click(`fieldset[data-key=level] input[value=must]`)
	p.becomes(t, rowsShown, p.text(`document.querySelectorAll(".req:is(.failed,.blocked)[data-level=must]").length`))
	p.do(chromedp.SetValue(chromedp.ID("method"), "getSession"))
	p.do(chromedp.Evaluate[chromedp.Void](`document.getElementById("method").dispatchEvent(new Event("change", {bubbles: true}))`))
	p.becomes(t, `document.querySelectorAll(".group:not([hidden])").length`, "1")
	p.becomes(t, fragment, "#method=getSession&outcome=failed,blocked&level=must")
	p.click("#clear")
	p.becomes(t, rowsShown, "1000")
}

func (p *tab) matrix(t *testing.T) {
	p.click(`.matrix a[href="#method=createSession&facet=errors"]`)
	p.becomes(t, countShown, "40 of 1000")
	p.becomes(t, `document.querySelector(".matrix [aria-current]").hash`, "#method=createSession&facet=errors")
	p.becomes(t, `document.querySelector("fieldset[data-key=facet] input:checked").value`, "errors")
	p.do(chromedp.NavigateBack())
	p.becomes(t, countShown, "1000 in all")
}

func (p *tab) deepLink(t *testing.T) {
	const id = "server.deleteAccount.output.case-7"
	p.open(p.address + "#" + id)
	row := fmt.Sprintf("document.getElementById(%q)", id)
	p.becomes(t, row+".open", "true")
	p.becomes(t, row+`.querySelectorAll(".exchange").length`, "2")
	p.becomes(t, row+`.querySelector(".lines .at").dataset.n`, "5")
	p.becomes(t, "document.activeElement.parentNode.id", id)
	p.becomes(t, fmt.Sprintf(`(box => box.top >= 0 && box.top < innerHeight)(%s.querySelector("summary").getBoundingClientRect())`, row), "true")
	// What the target answered is there as text, not as markup.
	p.becomes(t, row+`.textContent.includes("</script><script id=pwned>")`, "true")
	p.becomes(t, `typeof window.pwned + document.querySelectorAll("[id=pwned], img").length`, "undefined0")
	p.click(fmt.Sprintf(`[id=%q] > summary`, id))
	p.becomes(t, fragment, "")
}

func (p *tab) viewLink(t *testing.T) {
	p.open(p.address + "#method=createAccount&outcome=passed&q=number&id=server.createAccount.input.case-0")
	p.becomes(t, `document.getElementById("server.createAccount.input.case-0").open`, "true")
	p.becomes(t, `document.getElementById("q").value`, "number")
	p.becomes(t, countShown, "200 of 1000")
	p.open(p.address + "#server.deleteAccount.output")
	p.becomes(t, countShown, p.text(`document.querySelectorAll(".req[id^='server.deleteAccount.output']").length`)+" of 1000")
	p.open(p.address + "#nothing-that-is-there")
	p.becomes(t, countShown, "0 of 1000")
	p.open(p.address + "#matrix")
	p.becomes(t, countShown, "1000 in all")
	p.open(p.address + "#%E0%A4%A&outcome=%zz")
	p.becomes(t, countShown, "0 of 1000")
}

func (p *tab) copy(t *testing.T) {
	p.open(p.address + "#server.createAccount.input.case-0")
	// JSON is laid out, and otherwise as it came.
	p.becomes(t, `document.querySelector("[id='server.createAccount.input.case-0'] .sides > div:last-child .s").textContent`, `"\u0041"`)
	p.click(`[id="server.createAccount.input.case-0"] button.copy`)
	p.becomes(t, `document.querySelector("[id='server.createAccount.input.case-0'] button.copy").textContent`, "Copied")
	p.becomes(t, `document.getElementById("said").textContent`, "Copied to the clipboard")
	if got := p.text(`navigator.clipboard.readText()`); got != sample().Results[0].Exchanges[0].Curl {
		t.Errorf("the clipboard holds %q", got)
	}
}

func (p *tab) keyboard(t *testing.T) {
	p.open(p.address)
	p.do(chromedp.KeyEvent("/"))
	p.becomes(t, "document.activeElement.id", "q")
	p.open(p.address)
	p.do(chromedp.KeyEvent("\t"))
	p.becomes(t, "document.activeElement.className", "skip")
	p.do(chromedp.KeyEvent("\r"))
	p.becomes(t, "document.activeElement.id", "requirements")
	// Every control and every cell has a name.
	p.becomes(t, `[...document.querySelectorAll("a, button, input, select, summary")].filter(e => !(e.getAttribute("aria-label") || e.textContent.trim() || e.closest("label"))).length`, "0")
}

func (p *tab) narrow(t *testing.T) {
	p.do(chromedp.EmulateViewport(360, 740, chromedp.EmulateMobile))
	p.open(p.address + "#server.deleteAccount.output.case-7")
	p.becomes(t, "document.documentElement.scrollWidth <= innerWidth", "true")
	p.becomes(t, `getComputedStyle(document.getElementById("choices")).display`, "none")
	p.click("#more")
	p.becomes(t, `getComputedStyle(document.getElementById("choices")).display`, "flex")
	p.do(chromedp.ResetViewport())
}

func (p *tab) prints(t *testing.T) {
	p.open(p.address + "#outcome=failed")
	if _, err := chromedp.Run(p.ctx, chromedp.PrintToPDF(chromedp.PDFPaper(chromedp.PaperA4))); err != nil {
		t.Fatal(err)
	}
	p.becomes(t, `document.querySelectorAll(".req.failed[open] .exchange").length`, "40")
}

// quiet holds the page to having said nothing and asked for nothing but
// itself.
func (p *tab) quiet(t *testing.T, address string) {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, said := range p.said {
		t.Errorf("the page said: %s", said)
	}
	for _, request := range p.requests {
		if page, _, _ := strings.Cut(request, "#"); page != address && request != "data:," && request != "about:blank" {
			t.Errorf("the page asked for %s", request)
		}
	}
	if len(p.requests) == 0 {
		t.Error("no request was seen, not even for the page")
	}
}
