"""The last page, and the way to the money and back."""
