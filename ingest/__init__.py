"""Files in, library out: one module per transformation; `indexing` reads the flow aloud."""
