package suite

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/mockserver"
	"github.com/pdsconform/pdsconform/reports"
)

// What a run on any target stays under, in bytes.
const (
	mostMemory = 250 << 20
	mostReport = 10 << 20
)

// hostiles are targets that send too much, each a right server but for that. What
// they do is left out of the description, without which nothing is checked.
var hostiles = map[string]func(*http.Response){
	"none": func(*http.Response) {},
	"tokens of 0.5 MB": func(response *http.Response) {
		change(response, func(answer map[string]any) {
			for _, name := range []string{"accessJwt", "refreshJwt"} {
				if token, ok := answer[name].(string); ok {
					answer[name] = token + padding + strings.Repeat("x", 500_000)
				}
			}
		})
	},
	"headers of 1 kB by the dozen": func(response *http.Response) {
		for i := range 48 {
			response.Header.Set(fmt.Sprintf("X-Long-%d", i), strings.Repeat("h", 1000))
		}
	},
	"spaces of 0.9 MB":   func(response *http.Response) { indent(response, 900_000) },
	"spaces of 100 MB":   func(response *http.Response) { indent(response, 100_000_000) },
	"a member of 900 kB": func(response *http.Response) { add(response, longMember) },
	"900 kB of members":  func(response *http.Response) { add(response, manyMembers) },
	"refusals of 900 kB": func(response *http.Response) {
		if response.StatusCode/100 == 4 {
			add(response, longMember)
		}
	},
}

var (
	longMember  = `"more":"` + strings.Repeat("m", 900_000) + `"`
	manyMembers = `"more":0` + strings.Repeat(`,"more":12`, 90_000)
)

// add adds members to an answer that is an object.
func add(response *http.Response, members string) {
	body, _ := io.ReadAll(response.Body)
	if text, isObject := bytes.CutSuffix(bytes.TrimSpace(body), []byte("}")); isObject {
		body = fmt.Appendf(text, ",%s}", members)
	}
	set(response, body)
}

// indent puts spaces before an answer.
func indent(response *http.Response, spaces int64) {
	before := io.LimitReader(endless(' '), spaces)
	response.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(before, response.Body), response.Body}
	response.ContentLength = -1
	response.Header.Del("Content-Length")
}

// endless reads one byte again and again.
type endless byte

// Read fills the buffer.
func (e endless) Read(buffer []byte) (int, error) {
	for i := range buffer {
		buffer[i] = byte(e)
	}
	return len(buffer), nil
}

// padding is where a long token goes on beyond that of the server behind.
const padding = "~"

func change(response *http.Response, change func(map[string]any)) {
	var answer map[string]any
	body, _ := io.ReadAll(response.Body)
	if json.Unmarshal(body, &answer) == nil && answer != nil {
		change(answer)
		body, _ = json.Marshal(answer)
	}
	set(response, body)
}

func set(response *http.Response, body []byte) {
	response.Body, response.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	response.Header.Set("Content-Length", fmt.Sprint(len(body)))
}

// BenchmarkHostileTargets measures the memory that a run takes at its peak, with
// that of the target in the same process, and the size of its report.
func BenchmarkHostileTargets(b *testing.B) {
	for name, corrupt := range hostiles {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				peak, size := hostileRun(b, corrupt)
				b.ReportMetric(float64(peak)/(1<<20), "peak-MiB")
				b.ReportMetric(float64(size)/(1<<20), "report-MiB")
				if peak > mostMemory || size > mostReport {
					b.Errorf("%d bytes of memory, a report of %d", peak, size)
				}
			}
		})
	}
}

func hostileRun(b *testing.B, corrupt func(*http.Response)) (peak uint64, size int) {
	b.Helper()
	mock := mockserver.RunT(b, mockserver.Options{InviteRequired: true, AdminPassword: "admin-pass-of-the-mock"})
	behind, err := url.Parse(mock.URL)
	if err != nil {
		b.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(behind)
			token, _, _ := strings.Cut(r.In.Header.Get("Authorization"), padding)
			r.Out.Header.Set("Authorization", token)
		},
		ModifyResponse: func(response *http.Response) error {
			if !strings.HasSuffix(response.Request.URL.Path, "describeServer") {
				corrupt(response)
			}
			return nil
		},
	}
	server := httptest.NewServer(proxy)
	b.Cleanup(server.Close)
	catalog, err := lexicons.LoadRevision(lexicons.DefaultRevision)
	if err != nil {
		b.Fatal(err)
	}
	done := make(chan struct{})
	peaks := make(chan uint64)
	go watchMemory(done, peaks)
	report, err := Run(b.Context(), Config{Target: server.URL, Control: mock.ControlURL, AdminPassword: "admin-pass-of-the-mock",
		Catalog: catalog, Revision: lexicons.DefaultRevision, Seed: 1, Throwaway: true, ImmediateEffects: true})
	if err != nil {
		b.Fatal(err)
	}
	var text bytes.Buffer
	if err := reports.EncodeJSON(&text, report); err != nil {
		b.Fatal(err)
	}
	close(done)
	return <-peaks, text.Len()
}

// watchMemory sends the most memory that was in use until done.
func watchMemory(done <-chan struct{}, peaks chan<- uint64) {
	var peak uint64
	for ticker := time.NewTicker(20 * time.Millisecond); ; {
		var now runtime.MemStats
		runtime.ReadMemStats(&now)
		peak = max(peak, now.HeapAlloc)
		select {
		case <-ticker.C:
		case <-done:
			peaks <- peak
			return
		}
	}
}
