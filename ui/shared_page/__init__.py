"""What was shared by a link: answers to read, with where they come from and whether that holds."""
