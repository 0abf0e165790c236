"""Ten payments, thirty callbacks each, by every road at once: the rows of one clean run (M5); a hundred by command."""

from pathlib import Path

from tests.integration.callbacks import play
from tests.integration.checkout_cast import on_stage
from webapp.ground.db import Database

PAYMENTS, CALLBACKS = 10, 30


def test_many_callbacks_by_every_road_leave_the_rows_of_one_clean_run(database: Database, tmp_path: Path) -> None:
    with on_stage(database, tmp_path, "told") as cast:
        once = play(cast, PAYMENTS, 0, "told")
        many = play(cast, PAYMENTS, CALLBACKS, "told")
    assert once == many
    assert many[0] == PAYMENTS
