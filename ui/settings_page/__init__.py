"""The settings page: what is set and why, and changing what may change while the server runs."""
