"""Measurements of the whole and of its parts; `youju benchmark NAME` runs `NAME.run`."""
