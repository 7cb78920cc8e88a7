package mockserver

import "github.com/pdsconform/pdsconform/mockserver/internal/pds"

// Settings are what a server goes by and may be changed while it runs.
type Settings = pds.Settings

// Settings returns what the server goes by now: to begin with, what the options
// say.
func (s *Server) Settings() Settings { return s.core.Settings() }

// SetSettings changes what the server goes by, until Reset. The error begins with
// the name of the field that is no good, and then nothing changes.
func (s *Server) SetSettings(settings Settings) error { return s.core.SetSettings(settings) }
