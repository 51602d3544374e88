"""Word's documents: their package, styles, numbering and text."""
