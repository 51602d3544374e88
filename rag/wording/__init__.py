"""The program's own words: templates, and an answer's whole text from its parts."""
