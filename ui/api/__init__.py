"""The HTTP API: routes, bodies, failures."""
