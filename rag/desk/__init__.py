"""What is asked of the program or of the library, and not of the articles: help, lists, gists."""
