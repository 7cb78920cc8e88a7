package client

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// judge makes results of what was seen, and counts the requests.
func (r *run) judge(all []requirement, records []*record) (results []reports.Result, requests int) {
	byName := map[string]*record{}
	for _, one := range records {
		if one != nil {
			byName[one.scenario] = one
			requests += len(one.requests)
		}
	}
	for _, one := range all {
		results = append(results, r.result(one, records, byName))
	}
	return results, requests
}

func (r *run) result(one requirement, records []*record, byName map[string]*record) reports.Result {
	result := reports.Result{Requirement: one.Requirement}
	if !r.config.selects(one.ID) {
		result.Outcome, result.Reason = reports.Excluded, "deselected"
		return result
	}
	if r.config.Driver == nil && !one.wire {
		result.Outcome, result.Reason = reports.NotObserved, "requests alone do not show it: it takes a driver"
		result.Unlock = "--driver"
		return result
	}
	var verdicts []verdict
	var from []*record
	for _, seenIn := range records {
		if seenIn != nil && one.shows(seenIn.scenario) {
			verdicts = append(verdicts, judgeOne(one, &seen{seenIn, byName}))
			from = append(from, seenIn)
		}
	}
	v := worst(verdicts)
	result.Outcome, result.Reason, result.Expected, result.Actual = v.outcome, v.reason, v.expected, v.actual
	for i, each := range verdicts {
		if each.outcome == v.outcome && each.reason == v.reason && each.actual == v.actual {
			if v.outcome == reports.Failed {
				result.Actual += " (scenario " + from[i].scenario + ")"
			}
			result.Exchanges = evidence(from[i], v.requests)
			break
		}
	}
	if v.outcome == reports.Errored {
		result.Fault = reports.FaultTarget
	}
	return result
}

// judgeOne judges one scenario. A driver that broke the protocol in it says
// nothing about the client.
func judgeOne(one requirement, s *seen) verdict {
	for _, c := range s.calls {
		if c.misuse != "" {
			return verdict{outcome: reports.Errored, reason: "the driver can't be used: " + c.misuse}
		}
	}
	return one.judge(s)
}

// shows reports whether a requirement is judged in a scenario.
func (r requirement) shows(scenario string) bool {
	return len(r.in) == 0 || slices.Contains(r.in, scenario)
}

// maxEvidence bounds how many requests a result shows.
const maxEvidence = 8

// evidence words requests of the log as exchanges. The log has replaced their
// secrets.
func evidence(r *record, requests []request) []reports.Exchange {
	secrets := xrpc.NewSecrets()
	for _, one := range r.secrets {
		secrets.Add(one, "secret")
	}
	var shown []reports.Exchange
	for _, q := range firstOf(requests, maxEvidence) {
		query, _ := url.ParseQuery(q.Query) // shown as far as it can be read
		exchange := secrets.Record(r.base, xrpc.Exchange{
			Request: xrpc.Request{
				NSID: strings.TrimPrefix(q.Path, xrpc.PathPrefix), Verb: q.Method, Query: query, Authorization: q.Authorization,
				Raw: q.Body, ContentType: q.ContentType, Header: headers(q),
			},
			Status: q.Status, Body: q.Response, Duration: time.Duration(q.DurationMs * float64(time.Millisecond)),
		})
		exchange.Request.URL = strings.Replace(exchange.Request.URL, "/xrpc//", "/", 1)
		if q.Status == 0 {
			exchange.Response.Error = "the server closed the connection without an answer, as the scenario has it"
		}
		shown = append(shown, exchange)
	}
	return shown
}

func headers(q request) http.Header {
	header := http.Header{}
	for name, value := range map[string]string{"User-Agent": q.UserAgent, "Origin": q.Origin} {
		if value != "" {
			header.Set(name, scrub(value))
		}
	}
	return header
}
