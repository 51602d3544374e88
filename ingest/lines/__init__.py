"""What one line of a page is and says, whatever format it came from."""
