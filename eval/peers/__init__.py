"""Other systems that keep passages and find them, each in its documented way, beside ours."""
