"""A pretend Spoonity: check-ins, balances, gift cards, whole orders and ordered voids, over HTTP."""
