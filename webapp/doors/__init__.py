"""Doors: where people, machines and operators come in. Doors never import each other."""
