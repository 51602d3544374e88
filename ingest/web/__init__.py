"""What of a web page is its article, and what the page says of it."""
