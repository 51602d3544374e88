"""The library page: files in, articles seen, set right, searched and removed."""
