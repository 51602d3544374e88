"""Who reads and embeds, what is new, and what of it the library takes."""
