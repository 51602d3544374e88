"""One module a format: bytes in, text with its headings, order and places out."""
