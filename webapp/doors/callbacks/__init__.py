"""The machines' door: signature required, no cookie read or set."""
