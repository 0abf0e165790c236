"""Paying a part with what the programme keeps for the diner: gift card and points as money."""
