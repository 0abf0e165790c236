"""What the kitchen says: how far an order is, that it pauses, that it is busy, that something has run out."""
