"""A pretend GonnaOrder: members, vouchers, wallets and external orders, over HTTP."""
