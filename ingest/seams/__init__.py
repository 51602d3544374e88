"""Which pieces of a broken page go on in which."""
