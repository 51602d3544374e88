"""All that a server works on in the background, as one list."""
