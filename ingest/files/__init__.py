"""Files in, decoded text out, of any format."""
