"""A pretend MENU with Punchh: sign-in by code, rewards, offers, credit, priced carts and orders, over HTTP."""
