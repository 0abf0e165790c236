"""Figures of several processes are added up."""

import os
import subprocess
import sys
from pathlib import Path

from webapp import bootstrap
from webapp.ground import metrics, metrics_directory

COUNT = """
from webapp.ground import metrics
metrics.count_request("shop.menu", 200, 0.02)
metrics.count_call("pongo", "ok", 0.1)
metrics.set_alerts("merchant", 2)
metrics.set_outbox("new", 3, 12.5)
"""


def _run(script: str, directory: Path) -> str:
    environment = os.environ | {metrics_directory.VARIABLE: str(directory)}
    command = [sys.executable, "-c", script]
    return subprocess.run(
        command, cwd=bootstrap.ROOT, env=environment, check=True, capture_output=True, text=True
    ).stdout


def test_the_figures_of_two_processes_are_added_up(tmp_path: Path) -> None:
    for _ in range(2):
        _run(COUNT, tmp_path)
    text = _run("from webapp.ground import metrics; print(metrics.render().decode())", tmp_path)
    assert 'passe_plat_requests_total{route="shop.menu",status="200"} 2.0' in text
    assert 'passe_plat_calls_total{outcome="ok",peer="pongo"} 2.0' in text
    assert 'passe_plat_open_alerts{desk="merchant"} 2.0' in text
    assert 'passe_plat_outbox{state="new"} 3.0' in text
    assert 'passe_plat_outbox_age_seconds{state="new"} 12.5' in text


def test_one_process_alone_shows_its_own_figures() -> None:
    metrics.count_call("test_alone", "ok")
    assert b'passe_plat_calls_total{outcome="ok",peer="test_alone"} 1.0' in metrics.render()


def test_figures_of_processes_that_ended_are_swept_and_live_ones_kept(tmp_path: Path) -> None:
    _run(COUNT, tmp_path)
    live = tmp_path / f"counter_{os.getpid()}.db"
    live.touch()
    script = "import pathlib, sys; from webapp.ground.metrics_directory import share; share(pathlib.Path(sys.argv[1]))"
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], cwd=bootstrap.ROOT, check=True)
    assert list(tmp_path.iterdir()) == [live]
