"""Who orders: number, joining, proof, points and rewards."""
