package main

import (
	"context"
	"fmt"

	"github.com/pdsconform/pdsconform/suite"
)

// resolveRevision asks the target for its revision where none is given, says
// which it is and why, and has the settings name it.
func (a *app) resolveRevision(ctx context.Context, settings *settings, config suite.Config) (suite.Config, error) {
	if config.Target == "" || settings.revision != revisionAuto || len(settings.lexicons) > 0 {
		return config, nil
	}
	config, err := a.chooseRevision(ctx, config)
	if err != nil && ctx.Err() != nil {
		return config, interruptedEarly(ctx)
	}
	if err != nil {
		return config, err
	}
	settings.revision = config.Revision
	if !settings.quiet && config.RevisionReason != "" {
		a.plainly(func() {
			fmt.Fprintf(a.stdout, "revision %s: %s (--revision takes another)\n", config.Revision, printable(config.RevisionReason))
		})
	}
	return config, nil
}

// chooseRevision sees that an account server answers before it asks for
// methods: a wrong URL is told as such.
func chooseRevision(ctx context.Context, config suite.Config) (suite.Config, error) {
	config, err := suite.Locate(ctx, config)
	if err != nil {
		return config, err
	}
	return suite.ChooseRevision(ctx, config)
}
