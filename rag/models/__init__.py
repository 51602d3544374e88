"""The encoder that makes vectors and the reader that reads, with what runs them."""
