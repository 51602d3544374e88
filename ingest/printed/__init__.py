"""Text with places on a page: columns, tables, what surrounds the text."""
