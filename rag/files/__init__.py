"""How files of ours are written."""
