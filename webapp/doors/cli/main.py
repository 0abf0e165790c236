"""Which sub-command is wanted, and the settings it runs with.

A sub-command is one line in `COMMANDS` and one module beside this one holding two functions:
`arguments(parser: ArgumentParser) -> None` and `command(settings: Settings, chosen: Namespace) -> int` (exit status).
The module is imported only when its command is asked for, so that each starts quickly.
"""

import argparse
import importlib
import os
import sys
from typing import NamedTuple, TextIO

from webapp.doors.cli import demo_keys, serve
from webapp.ground import logs, metrics_directory
from webapp.ground.config import Settings, SettingsRefused, load_settings


class Command(NamedTuple):
    """A sub-command: where it lives, what it is for, and whether it stays and counts figures for `/metrics`.

    `alone`: it makes settings of its own, asks the environment for none and is given None.
    """

    module: str
    meaning: str
    stays: bool = False
    alone: bool = False


COMMANDS = {
    "migrate": Command("database", "bring the database's tables up to date"),
    "demo": Command("demo", "load the demo into an empty database"),
    "import-catalog": Command("catalog", "check a menu file and put it on sale, or say what is wrong with it"),
    "worker": Command("worker", "deliver what waits for the loyalty programmes", stays=True),
    "reconcile": Command("reconcile", "ask the payment provider about every order still waiting"),
    "payment-account": Command("payment_account", "store the account a merchant is paid at"),
    "till": Command("till", "connect a store's own till, at which diners may pay"),
    "payment-report": Command("payment_report", "hold a merchant's day against the payment provider's ledger"),
    "connect-loyalty": Command("loyalty", "store a merchant's access to its loyalty programme"),
    "map-store": Command("mapping", "say which store of the programme a store is"),
    "deliveries": Command("deliveries", "list what waits for the loyalty programmes, or send it again"),
    "compare-deliveries": Command("compare", "compare paid orders with what the programmes were told"),
    "order-progress": Command("kitchen", "say how far the kitchen is with an order"),
    "sold-out": Command("sold_out", "take a dish off sale in one store, or put it back"),
    "coupons": Command("coupons", "list a merchant's codes, make one, or stop one"),
    "tables": Command("tables", "list the addresses printed on a store's tables, or revoke one"),
    "backup": Command("backup", "copy the embedded database while it is in use"),
    "bench": Command("bench", "measure this machine against a bare Flask", alone=True),
    "invite-staff": Command("staff", "let somebody open a merchant's desk"),
    "reseal": Command("reseal", "seal every secret anew with the newest key"),
    "erase": Command("erase", "forget a person everywhere"),
}


def _usage() -> str:
    lines = [f"  {name:<16} {command.meaning}" for name, command in COMMANDS.items()]
    return "\n".join(["sub-commands (each has --help):", *lines])


def settings_at_hand() -> Settings:
    """The environment's settings; where it has none, those of the demo in this checkout.

    Raises:
        SettingsRefused: see `load_settings`.
    """
    configured = any(name.startswith("PASSE_PLAT_") for name in os.environ)
    remembered = None if configured else demo_keys.recall()
    if remembered is None:
        return load_settings()
    sys.stderr.write("No PASSE_PLAT_ setting in the environment: using those of the demo.\n")
    os.environ.update(remembered)
    return load_settings()


def refuse(refused: SettingsRefused, to: TextIO) -> int:
    """Write every reason not to start to `to`; the exit status."""
    to.write("Passe-plat does not start with these settings:\n")
    to.writelines(f"  {reason}\n" for reason in refused.reasons)
    return 2


def _run(name: str, rest: list[str]) -> int:
    command = COMMANDS[name]
    parser = argparse.ArgumentParser(prog=f"python3 -m webapp {name}", description=command.meaning)
    if {"-h", "--help"} & set(rest):
        importlib.import_module(f"webapp.doors.cli.{command.module}").arguments(parser)
        parser.print_help()
        return 0
    settings = None
    if not command.alone:
        try:
            settings = settings_at_hand()
        except SettingsRefused as refused:
            return refuse(refused, sys.stderr)
        logs.configure(level=settings.log_level, readable=settings.mode == "demo")
        if command.stays:
            metrics_directory.share(settings.data_dir / "metrics")
    module = importlib.import_module(f"webapp.doors.cli.{command.module}")
    module.arguments(parser)
    status: int = module.command(settings, parser.parse_args(rest))
    return status


def main(argv: list[str]) -> int:
    """Run what `argv` (without the program's name) asks for; the exit status."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a QR code must not end the demo on an old terminal
    if argv and not argv[0].startswith("-"):
        if argv[0] in COMMANDS:
            return _run(argv[0], argv[1:])
        sys.stderr.write(f"There is no sub-command {argv[0]!r}.\n\n{_usage()}\n")
        return 2
    parser = argparse.ArgumentParser(
        prog="python3 -m webapp",
        description="Start the whole demo: site, delivery worker and the sandbox services. Ctrl-C ends all of it.",
        epilog=_usage(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    serve.arguments(parser)
    return serve.command(parser.parse_args(argv))
