"""A file's lines become articles."""
