"""Codes typed into a basket, and rewards put on an order."""
