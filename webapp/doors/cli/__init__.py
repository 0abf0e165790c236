"""The operator's door: one command, `python3 -m webapp`, and its sub-commands."""
