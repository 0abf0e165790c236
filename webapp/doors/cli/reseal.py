"""`reseal`: seal every secret in the database anew with the newest key of PASSE_PLAT_VAULT_KEYS (X5)."""

from argparse import ArgumentParser, Namespace

from webapp.doors.cli.answers import refused
from webapp.ground.config import Settings
from webapp.ground.db import Database
from webapp.ground.secrets import Vault
from webapp.usecases.upkeep.resealing import reseal_all


def arguments(parser: ArgumentParser) -> None:
    """No options."""
    del parser


def command(settings: Settings, chosen: Namespace) -> int:
    """Seal anew, column by column, and say whether the older keys may go."""
    del chosen
    database = Database(settings.database_url)
    try:
        report = reseal_all(database, Vault(settings.secrets_of("vault_keys")))
    finally:
        database.close()
    for one in report:
        print(f"{one.column}: {one.values} sealed values, {one.anew} sealed anew, {one.unreadable} unreadable")
    lost = sum(one.unreadable for one in report)
    if lost:
        return refused(f"{lost} values open with no key we hold: put the key they were sealed with back, or reconnect.")
    print("Every sealed value opens with the newest key alone: the older ones may go.")
    return 0
