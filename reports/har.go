package reports

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
)

// EncodeHAR writes the exchanges of the report as an HTTP archive (HAR 1.2),
// which the network panel of a browser opens. An exchange that several
// requirements rest on is in it once, with their IDs as its comment.
//
// The report doesn't record when an exchange was: they follow each other from
// the start of the run. Names and values stay as they were sent, undecoded.
//
// Source: http://www.softwareishard.com/blog/har-12-spec/
func EncodeHAR(w io.Writer, report *Report) error {
	log := harLog{
		Version: "1.2",
		Creator: harCreator{report.Tool.Name, report.Tool.Version},
		Comment: report.Verdict().String(),
		Pages:   []harPage{},
		Entries: harEntries(report),
	}
	for _, entry := range log.Entries {
		if n := len(log.Pages); n == 0 || log.Pages[n-1].ID != entry.PageRef {
			log.Pages = append(log.Pages, harPage{entry.Started, entry.PageRef, entry.PageRef, struct{}{}})
		}
	}
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", " ")
	if err := encoder.Encode(map[string]harLog{"log": log}); err != nil {
		return fmt.Errorf("encode report as har: %w", err)
	}
	return nil
}

// harEntries returns the exchanges of each endpoint together, which makes one
// page of them.
func harEntries(report *Report) []harEntry {
	entries, users := []harEntry{}, [][]string{}
	positions := map[string]int{}
	at := report.Run.StartedAt.UTC()
	endpoints, of := byEndpoint(report.Results)
	for _, endpoint := range endpoints {
		for _, result := range of[endpoint] {
			for _, exchange := range result.Exchanges {
				key, err := json.Marshal(exchange)
				position, ok := positions[string(key)]
				if !ok || err != nil {
					position = len(entries)
					positions[string(key)] = position
					entries = append(entries, newHAREntry(exchange, endpoint, at))
					users = append(users, nil)
					at = at.Add(time.Duration(max(1, exchange.Response.DurationMs)) * time.Millisecond)
				}
				users[position] = append(users[position], result.ID)
			}
		}
	}
	for i := range entries {
		entries[i].Comment = commentOf(users[i])
	}
	return entries
}

// commentOf names a few requirements.
func commentOf(ids []string) string {
	const named = 5
	ids = slices.Compact(ids)
	if len(ids) <= named {
		return strings.Join(ids, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(ids[:named], ", "), len(ids)-named)
}

func newHAREntry(exchange Exchange, page string, at time.Time) harEntry {
	request, response := exchange.Request, exchange.Response
	entry := harEntry{
		PageRef: page,
		Started: at.Format("2006-01-02T15:04:05.000Z"),
		Time:    response.DurationMs,
		Timings: harTimings{0, response.DurationMs, 0},
		Request: harRequest{
			Method: request.Method, URL: request.URL, HTTPVersion: "HTTP/1.1",
			Headers: harHeaders(request.Headers), QueryString: harQuery(request.URL),
			Cookies: []harPair{}, HeadersSize: -1, BodySize: len(request.Body),
		},
		Response: harResponse{
			Status: response.Status, HTTPVersion: "HTTP/1.1", Headers: harHeaders(response.Headers),
			Content: harContent{len(response.Body), header(response.Headers, "Content-Type"), response.Body},
			Cookies: []harPair{}, RedirectURL: header(response.Headers, "Location"), HeadersSize: -1, BodySize: -1,
			Error: response.Error,
		},
	}
	if request.Body != "" {
		entry.Request.PostData = &harPostData{header(request.Headers, "Content-Type"), request.Body}
	}
	return entry
}

func harHeaders(headers map[string][]string) []harPair {
	pairs := []harPair{}
	for _, name := range slices.Sorted(maps.Keys(headers)) {
		for _, value := range headers[name] {
			pairs = append(pairs, harPair{name, value})
		}
	}
	return pairs
}

func harQuery(address string) []harPair {
	pairs := []harPair{}
	_, query, _ := strings.Cut(address, "?")
	query, _, _ = strings.Cut(query, "#")
	for parameter := range strings.SplitSeq(query, "&") {
		if name, value, _ := strings.Cut(parameter, "="); parameter != "" {
			pairs = append(pairs, harPair{name, value})
		}
	}
	return pairs
}

// header returns the first value of a header, empty where there is none.
func header(headers map[string][]string, name string) string {
	for _, key := range slices.Sorted(maps.Keys(headers)) {
		if strings.EqualFold(key, name) && len(headers[key]) > 0 {
			return headers[key][0]
		}
	}
	return ""
}
