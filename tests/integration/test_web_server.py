"""gunicorn with our settings: it serves, refuses bad settings, and writes no query anywhere."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from webapp import bootstrap
from webapp.ground.http import Answer, CallFailed, HttpPeer

APPLICATION = """
renewed = []
class Application:
    extensions = {"after_fork": [lambda: renewed.append(1)]}
    def __call__(self, environ, start_response):
        if environ["PATH_INFO"] == "/boom":
            raise ValueError(environ["QUERY_STRING"])
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [f"{len(renewed)} {environ['wsgi.url_scheme']}".encode()]
app = Application()
"""
COMMAND = [sys.executable, "-m", "gunicorn", "-c", "python:webapp.doors.cli.web_server", "pretended:app"]


def _environment(directory: Path, bind: str) -> dict[str, str]:
    (directory / "pretended.py").write_text(APPLICATION)
    key = Fernet.generate_key().decode()
    ours = {
        "MODE": "demo",
        "BIND": bind,
        "DATA_DIR": str(directory),
        "SECRET_KEYS": key,
        "VAULT_KEYS": key,
        "SANDBOX_PAYMENT_API_KEY": key,
        "SANDBOX_PAYMENT_WEBHOOK_SECRETS": key,
    }
    path = os.pathsep.join([str(bootstrap.ROOT), str(directory)])
    settings = {f"PASSE_PLAT_{name}": value for name, value in ours.items()}
    return os.environ | settings | {"PYTHONPATH": path}


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("site")


@pytest.fixture(scope="module")
def site(directory: Path) -> Iterator[HttpPeer]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        bind = f"127.0.0.1:{probe.getsockname()[1]}"
    with (directory / "log").open("wb") as log:
        server = subprocess.Popen(COMMAND, env=_environment(directory, bind), stdout=log, stderr=log)
    peer = HttpPeer(f"http://{bind}", allowed_hosts=frozenset({bind}))
    ends = time.monotonic() + 15
    while not _answers(peer):
        assert time.monotonic() < ends, (directory / "log").read_text()
        time.sleep(0.05)
    yield peer
    peer.close()
    server.send_signal(signal.SIGTERM)
    server.wait(10)


def _answers(peer: HttpPeer) -> Answer | None:
    try:
        return peer.request("GET", "/")
    except CallFailed:
        return None


def test_each_worker_renews_what_it_must_not_share(site: HttpPeer) -> None:
    assert site.request("GET", "/").body == b"1 http"


def test_a_header_from_outside_does_not_make_the_scheme_secure(site: HttpPeer) -> None:
    assert site.request("GET", "/", headers={"X-Forwarded-Proto": "https"}).body == b"1 http"


def test_an_error_is_logged_without_the_address_that_caused_it(site: HttpPeer, directory: Path) -> None:
    assert site.request("GET", "/boom", query={"phone": "0612345678"}).status == 500
    said = (directory / "log").read_text()
    assert "ValueError" in said
    assert "0612345678" not in said


def test_wrong_settings_stop_the_start_with_sentences(tmp_path: Path) -> None:
    environment = _environment(tmp_path, "127.0.0.1:0") | {
        "PASSE_PLAT_MODE": "production",
        "PASSE_PLAT_SECRET_KEYS": "",
    }
    ended = subprocess.run(COMMAND, env=environment, check=False, capture_output=True, text=True, timeout=30)
    assert ended.returncode != 0
    assert "PASSE_PLAT_SECRET_KEYS is missing" in ended.stderr
    assert "PASSE_PLAT_PAYMENT_PROVIDER is `sandbox`" in ended.stderr
    assert "Traceback" not in ended.stderr
