package main

import (
	"log/slog"

	"github.com/lmittmann/tint"
)

// mockLogger writes a line for each request: coloured on a terminal, and
// otherwise for programs to read.
func (a *app) mockLogger(format string, quiet bool) (*slog.Logger, error) {
	level := slog.LevelInfo
	if quiet {
		level = slog.LevelWarn
	}
	switch _, terminal := terminalOf(a.stderr); {
	case format == "json":
		return slog.New(slog.NewJSONHandler(a.stderr, &slog.HandlerOptions{Level: level})), nil
	case format != "text":
		return nil, usagef("--log-format %q is not known: give text or json", format)
	case terminal:
		return slog.New(tint.NewTextHandler(a.stderr, &tint.Options{
			Level: level, TimeFormat: "15:04:05.000", NoColor: !a.colourful(a.stderr),
			ReplaceAttr: paintErrors,
		})), nil
	}
	return slog.New(slog.NewTextHandler(a.stderr, &slog.HandlerOptions{Level: level})), nil
}

// errorColour is red, of the eight colours that every terminal has.
const errorColour = 1

func paintErrors(_ []string, attribute slog.Attr) slog.Attr {
	if attribute.Key == "error" {
		return tint.Attr(errorColour, attribute)
	}
	return attribute
}
