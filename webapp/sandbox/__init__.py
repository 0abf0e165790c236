"""Pretend outside services for the demo and the tests: real HTTP peers of their own, never imported by the rest."""
