"""Questions proposed from a library's own sentences, with evidence, for a person to accept."""
