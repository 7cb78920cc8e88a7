package control

import "net/http"

func (c controller) settings(*http.Request) (any, error) { return c.Core.Settings(), nil }

// changeSettings leaves what the body doesn't name as it is.
func (c controller) changeSettings(r *http.Request) (any, error) {
	settings := c.Core.Settings()
	if err := read(r, &settings); err != nil {
		return nil, err
	}
	if err := c.Core.SetSettings(settings); err != nil {
		return nil, badRequest(err.Error())
	}
	return c.settings(r)
}
