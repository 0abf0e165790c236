"""Paying somewhere else than on this site: at the counter, where staff confirm it, or at the restaurant's till."""
