"""Forgetting what menus leave behind: imports nobody applied, versions long replaced, pictures nobody shows."""

from functools import partial

from webapp.nouns.catalog import versions
from webapp.nouns.picture import store
from webapp.usecases.wiring import Wiring


def forget_menus(wiring: Wiring) -> int:
    """One round; how many rows were forgotten."""
    now = wiring.clock.now()
    return sum(wiring.db.run(partial(step, now=now)) for step in (versions.purge, store.purge))
