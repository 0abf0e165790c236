"""The ground: what every room stands on and nothing of the shop itself."""
