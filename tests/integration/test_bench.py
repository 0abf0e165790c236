"""The bench runs from end to end, however small, and says what it measured; how fast is never tested."""

import subprocess
import sys
from pathlib import Path

import pytest

from webapp.doors.cli.bench.report import Load, compared, table

ROOT = Path(__file__).resolve().parents[2]


def bench(*words: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "webapp.doors.cli", "bench", "--rounds", "1", "--scale", "0.001", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240, check=False)


@pytest.fixture(scope="module")
def small_run() -> "subprocess.CompletedProcess[str]":
    """Pages, orders, journeys and boards in one run: most of a small one is starting servers."""
    run = bench("--only", "pages", "--only", "orders", "--only", "journeys", "--only", "board")
    assert run.returncode == 0, run.stderr
    return run


def test_a_small_run_reports_every_figure_of_its_parts(small_run: "subprocess.CompletedProcess[str]") -> None:
    rows = [line for line in small_run.stdout.splitlines() if line.startswith("| ")][1:]
    assert len(rows) == 11
    assert all(any(mark in row for mark in ("| ok |", "| missed |")) for row in rows)


def test_boards_whose_lines_are_cut_at_random_hear_of_every_order(
    small_run: "subprocess.CompletedProcess[str]",
) -> None:
    assert "8 boards, 8 orders" in small_run.stdout
    assert "none missed" in small_run.stdout


def test_an_unknown_part_is_refused_with_a_sentence() -> None:
    run = bench("--only", "weather")
    assert run.returncode == 2
    assert "invalid choice" in run.stderr


def test_a_ratio_compares_round_with_round_and_names_its_spread() -> None:
    ours = [Load(100, 1.0, 0.2), Load(100, 1.0, 0.4), Load(100, 1.0, 0.2)]
    bare = [Load(100, 0.5, 0.1), Load(100, 0.5, 0.3), Load(100, 0.5, 0.2)]
    figure = compared("a page", ours, bare, least=0.6)
    assert figure.value == "0.75"
    assert figure.ok
    assert figure.detail.startswith("0.50–1.00; processor 2000 µs against 2000 µs")
    dear = compared("a journey", ours, bare, most=1.2)
    assert (dear.value, dear.ok) == ("1.33 ×", False)
    assert "| missed |" in table([dear])


@pytest.mark.parametrize(("least", "ok"), [(0.75, True), (0.76, False)])
def test_an_aim_is_met_when_it_is_reached_exactly(least: float, *, ok: bool) -> None:
    assert compared("a page", [Load(4, 1, 4)], [Load(4, 1, 3)], least=least).ok is ok
