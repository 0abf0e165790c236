"""Production mode starts with Stripe and a proper environment, calls nobody for it, and still refuses what it must."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from webapp import bootstrap
from webapp.ground.db import Database
from webapp.ground.http import Answer, CallFailed, HttpPeer
from webapp.migrations import level

COMMAND = [sys.executable, "-m", "gunicorn", "-c", "python:webapp.doors.cli.web_server", "wsgi:app"]
# Every outside name resolves to nothing here: a start that asked anybody would say so, or hang.
SILENT = """
import socket
real = socket.getaddrinfo
def here_only(host, *rest, **named):
    if host not in ("127.0.0.1", "localhost", None):
        print("OUTSIDE CALL", host, flush=True)
        raise socket.gaierror("nobody is called at a start")
    return real(host, *rest, **named)
socket.getaddrinfo = here_only
"""


def environment(folder: Path, bind: str = "127.0.0.1:0", **changes: str) -> dict[str, str]:
    ours = {
        "MODE": "production",
        "BIND": bind,
        "DATA_DIR": str(folder),
        "SECRET_KEYS": "p8Xw-Jr2Qz_0nVt5LkYb7Hs3Gd9Fc1Ma",
        "VAULT_KEYS": "4wZ0m1xJv8lq3Tn7yRk2Bc5Df6Gh9Js_Lp0Ao-Ei1Uw=",
        "PUBLIC_URL": "https://order.example.com",
        "PAYMENT_PROVIDER": "stripe",
        "PONGO_BASE_URL": "https://api.heypongo.com/v1",
        "WEB_WORKERS": "1",
    }
    given = {f"PASSE_PLAT_{name}": value for name, value in (ours | changes).items()}
    bare = {name: value for name, value in os.environ.items() if not name.startswith("PASSE_PLAT_")}
    return bare | given | {"PYTHONPATH": os.pathsep.join([str(folder), str(bootstrap.ROOT)])}


def answer(peer: HttpPeer, path: str) -> Answer | None:
    try:
        return peer.request("GET", path)
    except CallFailed:
        return None


def test_production_serves_with_stripe_and_calls_nobody_to_start(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(SILENT)
    database = Database(f"sqlite:///{tmp_path.resolve()}/passe-plat.db")
    level.upgrade(database)
    database.close()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        bind = f"127.0.0.1:{probe.getsockname()[1]}"
    log = tmp_path / "log"
    with log.open("wb") as to:
        server = subprocess.Popen(COMMAND, env=environment(tmp_path, bind), cwd=bootstrap.ROOT, stdout=to, stderr=to)
    peer = HttpPeer(f"http://{bind}", allowed_hosts=frozenset({bind}))
    try:
        ends = time.monotonic() + 25
        while answer(peer, "/healthz") is None:
            assert server.poll() is None, log.read_text()
            assert time.monotonic() < ends, log.read_text()
            time.sleep(0.1)
        found = {path: answer(peer, path) for path in ("/healthz", "/readyz", "/desk/sign-in", "/")}
    finally:
        peer.close()
        server.send_signal(signal.SIGTERM)
        server.wait(15)
    assert {path: one.status if one else 0 for path, one in found.items()} == dict.fromkeys(found, 200)
    page = found["/desk/sign-in"]
    assert page is not None
    assert "max-age" in page.headers["strict-transport-security"]
    assert "__Host-passe=" in page.headers["set-cookie"]
    assert "OUTSIDE CALL" not in log.read_text()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"PUBLIC_URL": "http://order.example.com"}, "PUBLIC_URL must start with https://"),
        ({"PAYMENT_PROVIDER": "sandbox"}, "PAYMENT_PROVIDER is `sandbox`"),
        ({"STRIPE_API_URL": "https://127.0.0.1:1"}, "must be Stripe's own"),
    ],
)
def test_production_still_refuses(tmp_path: Path, change: dict[str, str], sentence: str) -> None:
    environ = environment(tmp_path, **change)
    ended = subprocess.run(
        COMMAND, env=environ, cwd=bootstrap.ROOT, check=False, capture_output=True, text=True, timeout=30
    )
    assert ended.returncode != 0
    assert sentence in ended.stderr
    assert "Traceback" not in ended.stderr


def test_stripes_library_is_read_only_where_the_settings_name_it(tmp_path: Path) -> None:
    asked = (
        "import sys; from webapp.ground.config import load_settings; import webapp.app, webapp.doors.cli.worker;"
        "from webapp.wire import build_wiring;"
        "before = 'stripe' in sys.modules; build_wiring(load_settings()); print(before, 'stripe' in sys.modules)"
    )
    key = "p8Xw-Jr2Qz_0nVt5LkYb7Hs3Gd9Fc1Ma"
    sandbox = {"SANDBOX_PAYMENT_API_KEY": key, "SANDBOX_PAYMENT_WEBHOOK_SECRETS": key, "MODE": "demo"}
    for changes, said in (({"PAYMENT_PROVIDER": "sandbox", **sandbox}, "False False"), ({}, "False True")):
        environ = environment(tmp_path, **changes)
        ended = subprocess.run([sys.executable, "-c", asked], env=environ, capture_output=True, text=True, check=True)
        assert ended.stdout.strip() == said
