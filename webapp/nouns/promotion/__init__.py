"""What lowers a price: the merchant's coupons, vouchers bought with points, rewards of the programme."""
