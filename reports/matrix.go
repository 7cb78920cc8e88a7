package reports

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

// bar is a part of a stacked bar, in hundredths of its width.
type bar struct {
	Outcome  Outcome
	X, Width float64
}

// tally is a number of results, of one method in one facet or of all facets.
type tally struct {
	Facet Facet
	Worst Outcome // empty where there are none
	Label string  // for those who don't see the cell
	Bar   []bar
	Counts
}

// matrixRow is one method of the matrix.
type matrixRow struct {
	Endpoint string
	Cells    []tally // a cell for each facet
	All      tally
}

// methodErrors is what became of the errors that one method declares.
type methodErrors struct {
	Endpoint string
	Errors   []Result // one for each name
}

// newBars returns one part for each outcome that there is, worst last. A part
// is never so small that it can't be seen.
func newBars(counts Counts) []bar {
	const least = 2
	outcomes := Outcomes()
	slices.SortFunc(outcomes, func(a, b Outcome) int { return cmp.Compare(severity(b), severity(a)) })
	var bars []bar
	sum := 0.0
	for _, outcome := range outcomes {
		if n := counts.Of(outcome); n > 0 {
			width := max(least, 100*float64(n)/float64(counts.Total()))
			bars = append(bars, bar{Outcome: outcome, Width: width})
			sum += width
		}
	}
	x := 0.0
	for i := range bars {
		bars[i].X, bars[i].Width = x, math.Round(bars[i].Width*1000/sum)/10
		x = math.Round((x+bars[i].Width)*10) / 10
	}
	return bars
}

// newTally sums results up under a name that is read aloud.
func newTally(name string, facet Facet, results []Result) tally {
	cell := tally{Facet: facet}
	for _, result := range results {
		cell.Add(result.Outcome)
		if cell.Worst == "" || severity(result.Outcome) < severity(cell.Worst) {
			cell.Worst = result.Outcome
		}
	}
	parts := []string{}
	for _, outcome := range Outcomes() {
		if n := cell.Of(outcome); n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, outcomeWords(outcome)))
		}
	}
	cell.Label = name + ": " + strings.Join(parts, ", ")
	cell.Bar = newBars(cell.Counts)
	return cell
}

// byEndpoint returns the results of each endpoint, endpoints in the order in
// which a server is built, the protocol itself last.
func byEndpoint(results []Result) (endpoints []string, of map[string][]Result) {
	of = map[string][]Result{}
	for _, result := range results {
		if _, ok := of[result.Endpoint]; !ok {
			endpoints = append(endpoints, result.Endpoint)
		}
		of[result.Endpoint] = append(of[result.Endpoint], result)
	}
	slices.SortFunc(endpoints, func(a, b string) int {
		return cmp.Or(cmp.Compare(BuildOrder(a), BuildOrder(b)), cmp.Compare(a, b))
	})
	return endpoints, of
}

func newMatrix(results []Result) []matrixRow {
	endpoints, of := byEndpoint(results)
	rows := make([]matrixRow, 0, len(endpoints))
	for _, endpoint := range endpoints {
		row := matrixRow{Endpoint: endpoint, All: newTally(shortName(endpoint), "", of[endpoint])}
		for _, facet := range Facets() {
			var about []Result
			for _, result := range of[endpoint] {
				if result.Facet() == facet {
					about = append(about, result)
				}
			}
			row.Cells = append(row.Cells, newTally(shortName(endpoint)+", "+string(facet), facet, about))
		}
		rows = append(rows, row)
	}
	return rows
}

// declaredErrors returns what became of each declared error: observed
// where any requirement about it passed, otherwise its worst outcome.
func declaredErrors(results []Result) []methodErrors {
	endpoints, of := byEndpoint(results)
	var list []methodErrors
	for _, endpoint := range endpoints {
		declared := methodErrors{Endpoint: endpoint}
		for _, result := range of[endpoint] {
			if result.Error == "" {
				continue
			}
			same := slices.IndexFunc(declared.Errors, func(other Result) bool { return other.Error == result.Error })
			switch {
			case same < 0:
				declared.Errors = append(declared.Errors, result)
			case declared.Errors[same].Outcome != Passed &&
				(result.Outcome == Passed || severity(result.Outcome) < severity(declared.Errors[same].Outcome)):
				declared.Errors[same] = result
			}
		}
		if len(declared.Errors) > 0 {
			list = append(list, declared)
		}
	}
	return list
}
