"""The demo in one command: keys, tables, content, then every process, until Ctrl-C."""

import argparse
import fcntl
import importlib
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from webapp.doors.cli import demo_keys, demo_loyalty, demo_programmes
from webapp.doors.cli.addresses import Addresses, CannotStart, Opening, check_free, invitation, plan
from webapp.doors.cli.lean import LEAN
from webapp.doors.cli.supervisor import Child, StartFailed, Supervisor
from webapp.ground import logs
from webapp.ground.config import PREFIX, SettingsRefused, load_settings
from webapp.ground.randomness import SystemRandomness

ROOT = demo_keys.HOME.parent


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command without a sub-command."""
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on; 0.0.0.0 lets phones nearby scan")
    parser.add_argument(
        "--port", type=int, default=8000, help="port of the site; the sandboxes take the seven after it"
    )
    parser.add_argument("--reset", action="store_true", help="start over: forget every order and the demo's keys")
    parser.add_argument("--catalog", type=Path, metavar="FILE", help="serve this menu file instead of the demo")
    parser.add_argument("--data", type=Path, metavar="DIR", help="where the demo keeps its data (default: .data/…)")


def environment(chosen: argparse.Namespace, data: Path, keys: dict[str, str], at: Addresses) -> dict[str, str]:
    """The settings the demo's processes run with; variables already set by the person win."""
    settings = {
        "MODE": "demo",
        "DATA_DIR": str(data),
        "SECRET_KEYS": keys["signing"],
        "VAULT_KEYS": keys["vault"],
        "PUBLIC_URL": at.site,
        "BIND": f"{_bracketed(chosen.host)}:{chosen.port}",
        "PAYMENT_PROVIDER": "sandbox",
        "SANDBOX_PAYMENT_URL": at.payment,
        "SANDBOX_PAYMENT_API_KEY": keys["payment_api"],
        "SANDBOX_PAYMENT_WEBHOOK_SECRETS": keys["payment_webhook"],
        "TILL_HOSTS": urlsplit(at.site).hostname or "",  # so that the sandbox till can be connected with `till`
        "PONGO_BASE_URL": at.loyalty + "/v1",
        "GONNAORDER_BASE_URL": at.gonnaorder,
        "GONNAORDER_LOGIN_URL": at.gonnaorder,
        "SPOONITY_BASE_URL": at.spoonity,
        "MENU_BASE_URL": at.menu + "/api",
        "SMS_PROVIDER": "sandbox",
        "SMS_URL": at.inbox,
        "SMS_API_KEY": keys["sms_api"],
        "MAIL_PROVIDER": "sandbox",
        "MAIL_URL": at.inbox,
        "MAIL_API_KEY": keys["sms_api"],
        **demo_loyalty.platform(keys),
        "METRICS_TOKEN": keys["metrics"],
    }
    ours = {PREFIX + name: value for name, value in settings.items()}
    return ours | {name: value for name, value in os.environ.items() if name.startswith(PREFIX)}


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def children(
    chosen: argparse.Namespace, data: Path, keys: dict[str, str], at: Addresses, till_calls: str = ""
) -> list[Child]:
    """Every process of the demo, sandboxes first; each writes its words to `data`/logs. `till_calls`: where the till
    calls back, "" where there is none.
    """
    python, module = sys.executable, "-m"
    secrets = {
        "SANDBOX_PAYMENT_API_KEY": keys["payment_api"],
        "SANDBOX_PAYMENT_WEBHOOK_SECRETS": keys["payment_webhook"],
        "SANDBOX_INBOX_API_KEY": keys["sms_api"],
    }

    def sandbox(name: str, offset: int, base: str, *more: str) -> Child:
        listen = ["--host", chosen.host, "--port", str(chosen.port + offset)]
        command = [python, module, f"webapp.sandbox.{name}", *listen, "--state", str(data / f"{name}.sqlite3"), *more]
        return _child(name, command, data, f"{base}/healthz", secrets)

    bases = (at.gonnaorder, at.spoonity, at.menu)
    further = [
        sandbox(vendor, offset, base, "--seed", str(demo_programmes.seed_file(data, vendor)))
        for offset, (vendor, base) in enumerate(zip(demo_programmes.VENDORS, bases, strict=True), 4)
        if not chosen.catalog
    ]
    if till_calls:
        secrets["SANDBOX_TILL_SECRETS"] = demo_keys.till_secret(keys)
        further.append(sandbox("till", 7, at.till, "--account", demo_keys.TILL_ACCOUNT, "--callback", till_calls))
    callback = f"{at.site}/callbacks/payment/sandbox"
    web = [python, module, "gunicorn", "-c", "python:webapp.doors.cli.web_server", "wsgi:app"]
    return [
        sandbox("pongo", 1, at.loyalty, "--seed", str(data / demo_loyalty.SEED)),
        sandbox("payment", 2, at.payment, "--public-url", at.payment, "--webhook-url", callback),
        sandbox("inbox", 3, at.inbox),
        *further,
        _child("site", web, data, f"{at.site}/healthz", LEAN),
        _child("worker", [python, module, "webapp.doors.cli", "worker"], data, None, {}),
    ]


def _child(name: str, command: list[str], data: Path, health: str | None, more: dict[str, str]) -> Child:
    log = data / "logs" / f"{name}.log"
    log.parent.mkdir(exist_ok=True)
    log.write_bytes(b"")
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    extra = {"PYTHONPATH": os.pathsep.join(paths), "PYTHONUNBUFFERED": "1"}
    return Child(name, command, dict(os.environ) | extra | more, log, health)


@contextmanager
def _claimed(data: Path) -> Iterator[None]:
    """The data directory for this process alone; free again however we end.

    Raises:
        CannotStart: when another demo has it.
    """
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (data / demo_keys.LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            taken = f"Another demo runs on {data}: stop it first, or choose another directory with --data."
            raise CannotStart(taken) from error
        yield


def _prepare(chosen: argparse.Namespace, data: Path, at: Addresses) -> tuple[dict[str, str], Opening, str]:
    keys = demo_keys.keys(data, SystemRandomness())
    settings = environment(chosen, data, keys, at)
    os.environ.update(settings)
    demo_keys.remember(data, settings)
    loaded = load_settings()
    logs.configure(level="WARNING", readable=True)
    demo_loyalty.write_seed(data, keys, at.site)
    demo_programmes.write_seeds(data, keys)
    importlib.import_module("webapp.doors.cli.database").migrate(loaded)
    opening: Opening = importlib.import_module("webapp.doors.cli.demo").load(loaded, chosen.catalog)
    if chosen.catalog:
        return keys, opening, ""
    till = importlib.import_module("webapp.doors.cli.demo_till")
    calls: str = till.connect(loaded, at.till, demo_keys.till_secret(keys))
    return keys, replace(opening, till=f"{at.site}/r/{till.MERCHANT}/{till.STORE}/"), calls


def _say(sentence: str) -> None:
    print(sentence, flush=True)


def command(chosen: argparse.Namespace) -> int:
    """Start everything and keep it running; the exit status."""
    data = (chosen.data or demo_keys.HOME / ("own" if chosen.catalog else "demo")).resolve()
    try:
        _check(chosen)
        with _claimed(data):
            if chosen.reset:
                demo_keys.forget(data)
            return _serve(chosen, data)
    except (CannotStart, StartFailed) as refused:
        _say(str(refused))
        return 1
    except SettingsRefused as refused:
        _say("Passe-plat does not start with these settings:\n  " + "\n  ".join(refused.reasons))
        return 2
    except KeyboardInterrupt:
        return 130


def _check(chosen: argparse.Namespace) -> None:
    if os.environ.get(f"{PREFIX}MODE", "demo") != "demo":
        raise CannotStart(
            "This starts the demo. In production: gunicorn -c python:webapp.doors.cli.web_server wsgi:app"
        )
    if chosen.catalog and not chosen.catalog.is_file():
        raise CannotStart(f"There is no file {chosen.catalog}.")
    check_free(chosen.host, chosen.port)


def _serve(chosen: argparse.Namespace, data: Path) -> int:
    at = plan(chosen.host, chosen.port)
    _say("Starting …")
    keys, opening, till_calls = _prepare(chosen, data, at)
    supervisor = Supervisor(children(chosen, data, keys, at, till_calls), _say)
    supervisor.stop_on(signal.SIGINT, signal.SIGTERM)
    try:
        supervisor.start()
        _say(invitation(at, opening))
        supervisor.watch()
    finally:
        supervisor.stop()
    _say("Everything has ended.")
    return 0
