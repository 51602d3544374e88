"""A running server under load: what it holds, what is sent to it, how it is clocked."""
