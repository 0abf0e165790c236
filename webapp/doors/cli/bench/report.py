"""What was measured, beside what was aimed at."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

MILLION = 1_000_000
LEAST_S = 0.001  # the kernel counts in hundredths: a round too short to be seen has still taken something


class Failed(Exception):
    """A measurement in which something went wrong is none: one wrong answer ends the run."""


@dataclass(frozen=True)
class Load:
    """One round against one server.

    Attributes:
        requests: how many were answered, all of them as they should.
        wall_s: seconds it took.
        cpu_s: processor seconds the server's workers used, user and system.
    """

    requests: int
    wall_s: float
    cpu_s: float

    @property
    def cpu_us(self) -> float:
        """Processor microseconds of one request."""
        return max(self.cpu_s, LEAST_S) / self.requests * MILLION

    @property
    def rate(self) -> float:
        """Requests per second."""
        return self.requests / self.wall_s


@dataclass(frozen=True)
class Figure:
    """One line of the report. `aim`: as the issue says it; `ok`: None where there is no aim."""

    name: str
    value: str
    aim: str
    ok: bool | None
    detail: str = ""


def middle(values: Sequence[float]) -> float:
    """The median."""
    return statistics.median(values)


def _spread(values: Sequence[float]) -> str:
    return f"{min(values):.2f}–{max(values):.2f}"


def compared(
    name: str, ours: Sequence[Load], bare: Sequence[Load], *, least: float | None = None, most: float | None = None
) -> Figure:
    """Our processor time against the bare server's, round by round; requests per second beside it.

    Args:
        name: of the figure.
        ours: rounds against the product.
        bare: the rounds that ran between them.
        least: aim for bare time / our time, 1 being as quick as bare.
        most: aim for our time / bare time instead, 1 being as cheap as bare.
    """
    if most is not None:
        ratios = [a.cpu_us / b.cpu_us for a, b in zip(ours, bare, strict=True)]
    else:
        ratios = [b.cpu_us / a.cpu_us for a, b in zip(ours, bare, strict=True)]
    value = middle(ratios)
    rates = [a.rate / b.rate for a, b in zip(ours, bare, strict=True)]
    detail = (
        f"{_spread(ratios)}; processor {middle([a.cpu_us for a in ours]):.0f} µs against "
        f"{middle([b.cpu_us for b in bare]):.0f} µs; {middle([a.rate for a in ours]):.0f}/s against "
        f"{middle([b.rate for b in bare]):.0f}/s ({middle(rates):.2f})"
    )
    if most is not None:
        return Figure(name, f"{value:.2f} ×", f"≤ {most} ×", value <= most, detail)
    return Figure(name, f"{value:.2f}", f"≥ {least}", value >= least if least is not None else None, detail)


def at_most(name: str, value: float, aim: float, unit: str, detail: str = "") -> Figure:
    """A plain quantity with an upper limit."""
    return Figure(name, f"{value:.1f} {unit}", f"≤ {aim:g} {unit}", value <= aim, detail)


def told(name: str, value: str, detail: str = "") -> Figure:
    """A quantity without an aim."""
    return Figure(name, value, "–", None, detail)


def table(figures: Sequence[Figure]) -> str:
    """The figures as a Markdown table."""
    marks = {True: "ok", False: "missed", None: ""}
    rows = [f"| {f.name} | {f.value} | {f.aim} | {marks[f.ok]} | {f.detail} |" for f in figures]
    head = ["| Figure | Measured | Aim | | Rounds, and what they are made of |", "|---|---|---|---|---|"]
    return "\n".join([*head, *rows])
