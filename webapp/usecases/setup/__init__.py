"""Setting a merchant up: who sells, what, where, and which loyalty programme is told."""
