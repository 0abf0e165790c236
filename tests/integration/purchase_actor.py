"""`python -m tests.integration.purchase_actor DATABASE API WISH`: one press of "Get it" in a process to be killed."""

import json
import sys
from dataclasses import dataclass, replace

from tests.integration.scene import wiring_at
from tests.peers import pongo_at
from webapp.ground.clock import SystemClock
from webapp.ground.db import Database
from webapp.nouns.merchant.facts import store_by_id
from webapp.ports.loyalty.port import LoyaltyProgram
from webapp.usecases.rewards.buy import Wish, get_reward


@dataclass
class Open:
    """The one programme there is, its token not sealed: this process has no key of the test's."""

    program: LoyaltyProgram

    def of(self, connection_id: int) -> LoyaltyProgram:
        """Whatever the connection."""
        del connection_id
        return self.program

    def still(self, connection_id: int) -> LoyaltyProgram:
        """The same."""
        return self.of(connection_id)


def main(url: str, api: str, wish: str) -> None:
    """Press, with patience enough to be killed in the middle."""
    database, facts = Database(url), json.loads(wish)
    with database.reading() as session:
        store = store_by_id(session, facts.pop("store_id"))
    assert store is not None
    wiring = wiring_at(database, {"": api}, SystemClock(), patience_s=20)
    get_reward(replace(wiring, programs=Open(pongo_at(api))), Wish(store=store, **facts))


if __name__ == "__main__":
    main(*sys.argv[1:])
