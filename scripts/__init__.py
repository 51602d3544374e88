"""Programs for developers; each says how to run it."""
