"""The journey to the payment as a list; the guard leads to the first step that is not finished."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import url_for

from webapp.doors.shop.desk import desk, now
from webapp.doors.shop.frame import _
from webapp.doors.shop.pay.journey import Journey
from webapp.nouns.customer.visits import ANSWERED
from webapp.nouns.merchant.pickup import offered
from webapp.usecases.membership.abilities import abilities, counts_points


@dataclass(frozen=True)
class Step:
    """One step: where it is done, whether it applies to this journey, and whether it is finished."""

    endpoint: str
    label: Callable[[Journey], str]
    applies: Callable[[Journey], bool]
    finished: Callable[[Journey], bool]


def _has_lines(here: Journey) -> bool:
    return here.has_lines


def _time_chosen(here: Journey) -> bool:
    return here.slot_at is not None and offered(here.store, "collect", here.slot_at, now())


def _number_answered(here: Journey) -> bool:
    # "unsure": the programme did not answer; the number is kept and the points follow, nobody is made to wait (O1).
    return here.membership in {*ANSWERED, "guest"}


def _whose(here: Journey) -> str:
    return _("Points") if counts_points(abilities(desk().wiring, here.store)) else _("Account")


STEPS = (
    Step("shop.basket", lambda _here: _("Basket"), lambda _here: True, _has_lines),
    Step("shop.slot", lambda _here: _("Time"), lambda here: here.mode == "collect", _time_chosen),
    Step("shop.identify", _whose, lambda here: here.has_programme, _number_answered),
    Step("shop.checkout", lambda _here: _("Payment"), lambda _here: True, lambda _here: False),
)


def url_of(here: Journey, endpoint: str) -> str:
    """The address of a step in this journey's store."""
    return url_for(endpoint, merchant=here.store.merchant.slug, store=here.store.slug)


def _theirs(here: Journey) -> list[Step]:
    return [step for step in STEPS if step.applies(here)]


def next_url(here: Journey, *, after: str = "") -> str:
    """Where to go on: the first unfinished step; with `after`, the first unfinished one behind that endpoint."""
    steps = _theirs(here)
    names = [step.endpoint for step in steps]
    start = names.index(after) + 1 if after in names else 0
    for step in steps[start:]:
        if not step.finished(here):
            return _entrance(here, step)
    return url_of(here, STEPS[-1].endpoint)


def _entrance(here: Journey, step: Step) -> str:
    if step.endpoint == "shop.identify" and here.membership == "new":
        return url_of(here, "shop.join")
    return url_of(here, step.endpoint)


def guard(here: Journey, endpoint: str) -> str | None:
    """None when everything before `endpoint` is finished; else where to go instead."""
    for step in _theirs(here):
        if step.endpoint == endpoint:
            return None
        if not step.finished(here):
            return _entrance(here, step)
    return None


def shown_steps(here: Journey, endpoint: str) -> list[dict[str, Any]]:
    """The line of steps at the top of a page."""
    steps = _theirs(here)
    at = next((place for place, step in enumerate(steps) if step.endpoint == endpoint), 0)
    return [
        {
            "label": step.label(here),
            "url": url_of(here, step.endpoint),
            "state": "done" if place < at else "now" if place == at else "later",
        }
        for place, step in enumerate(steps)
    ]
