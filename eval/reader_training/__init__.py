"""Trains the reader: the bundled encoder, fine-tuned to find an answer in a passage or miss it."""
