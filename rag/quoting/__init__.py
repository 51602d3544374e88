"""From evidence to quotes: which, how long, and what a page tells by itself."""
