"""The moment a meal is for, as serving hours ask for it."""

from datetime import datetime

from webapp.nouns.merchant.facts import StoreFacts
from webapp.nouns.merchant.pickup import minutes_of_day


def meal_minute(store: StoreFacts, mode: str, slot_at: datetime | None, now: datetime) -> int | None:
    """The store's local minute of the day: now at the table, the chosen time to collect; None until one is chosen."""
    if mode == "table":
        return minutes_of_day(store, now)
    return minutes_of_day(store, slot_at) if slot_at is not None else None
