"""What several formats share: extracted text, tables, packages, numbers of lists."""
