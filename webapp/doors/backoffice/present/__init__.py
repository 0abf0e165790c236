"""Plain values for the templates of the back office."""
