package derive

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/suite/internal/check"
	"github.com/pdsconform/pdsconform/suite/internal/schema"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// Observer returns a function that judges any exchange by what holds for every
// answer of its method, and names the requirement that owns each violation.
// It is safe for use by several goroutines.
func Observer(catalog *lexicons.Catalog, schemas *schema.Set, cases []spec.Case) func(xrpc.Exchange) []spec.Finding {
	known := make(map[string]bool, len(cases))
	for _, c := range cases {
		known[c.ID] = true
	}
	return func(exchange xrpc.Exchange) []spec.Finding {
		method := catalog.Method(exchange.Request.NSID)
		if method == nil {
			return nil
		}
		o := &observation{method: method, schemas: schemas, known: known, exchange: exchange}
		o.judge()
		return o.findings
	}
}

type observation struct {
	method   *lexicons.Method
	schemas  *schema.Set
	known    map[string]bool
	exchange xrpc.Exchange
	findings []spec.Finding
}

func (o *observation) find(suffix, expected, actual string) {
	o.findings = append(o.findings, spec.Finding{
		ID: spec.Prefix(o.method.NSID) + "." + suffix, Expected: expected, Actual: actual,
	})
}

func (o *observation) judge() {
	exchange := o.exchange
	o.disclosure()
	o.given()
	o.readable()
	o.encoding()
	switch {
	case exchange.Err != nil:
		if !xrpc.Unreachable(exchange.Err) {
			o.find(idAnswered, "a complete HTTP answer", check.Answer(exchange))
		}
	case exchange.Succeeded():
		o.success()
	case exchange.Status >= http.StatusInternalServerError:
		if exchange.Status != http.StatusNotImplemented {
			o.find(idNoServerError, "no fault of the server (5xx), whatever is asked", check.Answer(exchange))
		}
		o.refusal()
	case exchange.Refused():
		o.refusal()
	default:
		o.find(idAnswered, "success or an error (2xx, 4xx)", check.Answer(exchange))
	}
}

// success holds the body of an answer against the method's output.
func (o *observation) success() {
	output, exchange := o.method.Output, o.exchange
	if output == nil {
		if len(exchange.Body) > 0 {
			o.find(EmptyOutput, "no body, since the document declares no output", fmt.Sprintf("a body of %d bytes", len(exchange.Body)))
		}
		return
	}
	if mediaType := exchange.MediaType(); mediaType != output.Encoding {
		o.find("output.media-type", "the media type "+output.Encoding, "Content-Type is "+contentType(exchange))
	}
	if output.Schema == nil {
		return
	}
	decoded, err := exchange.JSON()
	if err != nil {
		o.find("output.type", "a JSON object", "a body that is no JSON: "+err.Error())
		return
	}
	for _, violation := range o.schemas.Validate(output.Schema.At(), decoded) {
		if violation.Keyword == "format" && disputedDatetime(valueAt(decoded, violation.Instance)) {
			continue
		}
		o.find(o.owner(violation), expectation(violation), violation.Place()+" "+violation.Problem)
	}
}

func contentType(exchange xrpc.Exchange) string {
	if value := exchange.Header.Get("Content-Type"); value != "" {
		return check.Value(value)
	}
	return "absent"
}

func expectation(violation schema.Violation) string {
	return fmt.Sprintf("the answer to fit %s (%s)", violation.Pointer, violation.Keyword)
}

// owner is the requirement that a violation breaks: that of its own path and
// keyword, or else of the nearest value above it.
func (o *observation) owner(violation schema.Violation) string {
	path := stepsOf(violation.Instance)
	facet := "bounds"
	switch violation.Keyword {
	case "type", "format":
		facet = violation.Keyword
	case "required":
		path, facet = append(path, violation.Property), "required"
	}
	for {
		if suffix := outputID(path, facet); o.known[spec.Prefix(o.method.NSID)+"."+suffix] {
			return suffix
		}
		if len(path) == 0 {
			return "output.type"
		}
		if facet == "type" {
			path = path[:len(path)-1]
		}
		facet = "type"
	}
}

// stepsOf turns the place of a value into the path of a requirement: indices
// become the step for elements.
func stepsOf(instance string) []string {
	if instance == "" {
		return nil
	}
	steps := strings.Split(strings.TrimPrefix(instance, "/"), "/")
	for i, step := range steps {
		if _, err := strconv.Atoi(step); err == nil {
			step = itemsStep
		}
		steps[i] = strings.NewReplacer("~1", "/", "~0", "~").Replace(step)
	}
	return steps
}

// refusal holds an error answer against the protocol's form for errors. What a
// proxy in front of the server answers by itself is left out.
func (o *observation) refusal() {
	exchange := o.exchange
	switch exchange.Status {
	case http.StatusTooManyRequests, http.StatusRequestEntityTooLarge, http.StatusBadGateway,
		http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return
	}
	var mismatch *check.Mismatch
	if err := check.IsErrorEnvelope()(exchange); errors.As(err, &mismatch) {
		o.find(idEnvelope, mismatch.Expected, mismatch.Actual)
	} else if exchange.MediaType() != "application/json" {
		o.find(idErrorMediaType, "the media type application/json", "Content-Type is "+contentType(exchange))
	}
}

// issued is how many members of an answer say what the document has them say,
// though the caller has sent the same: two tokens of one second may be equal.
func (o *observation) issued(secret string) (members int) {
	if !o.exchange.Succeeded() || o.method.Output.Object() == nil {
		return 0
	}
	answer := o.exchange.Object()
	for _, property := range o.method.Output.Object().Properties {
		if xrpc.IsSecret(property.Name) && answer[property.Name] == secret {
			members++
		}
	}
	return members
}

// shortestSecret is the length under which a secret of the caller is not looked
// for.
const shortestSecret = 8

// disclosure looks for the caller's own secrets in an answer.
func (o *observation) disclosure() {
	_, credential, _ := strings.Cut(o.exchange.Request.Authorization, " ")
	secrets := map[string]string{"the credential": credential}
	for name, value := range o.exchange.Request.Input {
		if text, ok := value.(string); ok && xrpc.IsSecret(name) {
			secrets["the "+name] = text
		}
	}
	body := string(o.exchange.Body)
	for what, secret := range secrets {
		if len(secret) >= shortestSecret && strings.Count(body, secret) > o.issued(secret) {
			o.find(idNoSecrets, "no secret of the caller in an answer", what+" stands in the answer")
		}
	}
}
