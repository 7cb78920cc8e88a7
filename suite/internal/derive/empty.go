package derive

import (
	"context"
	"fmt"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/suite/internal/check"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
)

// emptyLists asks that a list of the output is there where nothing is in it. A
// filled one shows nothing of that.
func (b *builder) emptyLists() {
	output := b.method.Output.Object()
	if output == nil || b.recipe.Empty == nil {
		return
	}
	for _, property := range output.Properties {
		if _, isList := lexicons.Deref(property.Schema).(*lexicons.Array); !isList || !output.Requires(property.Name) {
			continue
		}
		title := fmt.Sprintf("Where nothing is in it, %s is an empty list: neither null nor left out.", property.Name)
		b.add(must("output."+property.Name+".empty", title, property.Schema.At()), func(ctx context.Context, t *spec.Trial) {
			t.Need(b.recipe.Needs...)
			exchange := t.Do(ctx, b.recipe.Empty(ctx, t))
			if exchange.Refused() && b.method.Input != nil {
				t.NotObserved("the target refuses a request for nothing: %s", check.Answer(exchange))
			}
			t.Rely(exchange)
			value, there := exchange.Object()[property.Name]
			elements, isList := value.([]any)
			switch {
			case !there || !isList:
				t.Fail(property.Name+" to be an empty list", property.Name+" is "+check.ValueOf(exchange.Object(), property.Name))
			case len(elements) > 0:
				t.NotObserved("%s holds %d elements where none was expected", property.Name, len(elements))
			}
		})
	}
}
