"""Command line, HTTP API and chat page; thin, everything they show is an `Answer`."""
