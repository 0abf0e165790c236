"""Proving that a number is one's own before its points are spent (section 3 of the invariants)."""
