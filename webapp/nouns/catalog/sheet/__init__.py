"""The menu as a table: every row of the document as named cells of text, for CSV files, forms and comparisons."""
