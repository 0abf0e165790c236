"""The provider's ledger held against our own rows."""
