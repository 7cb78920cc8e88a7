package mockserver

import "net/http"

func (s *Server) servePage(*http.ServeMux) {}
