"""Scanning a code, or choosing a store and a time."""
