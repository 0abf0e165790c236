"""The menu and its dishes."""
