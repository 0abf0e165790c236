"""Forgetting what staff leave behind: sessions past their limits, links past their end, mails long sent (D6)."""

from functools import partial

from webapp.nouns.staff import links, post_box, sessions
from webapp.usecases.wiring import Wiring


def forget_staff(wiring: Wiring) -> int:
    """One round; how many rows were forgotten."""
    now = wiring.clock.now()
    return sum(wiring.db.run(partial(step, now=now)) for step in STEPS)


STEPS = (sessions.purge, links.purge, post_box.purge)
