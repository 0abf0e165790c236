"""Figures for Prometheus, added up over all processes of one machine.

The processes share a directory, which `metrics_directory.share` must name before this module is first imported
(the gunicorn settings do it). Labels are words of our own code, never anything a person typed (D4).
"""

import os
from collections.abc import Callable

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from webapp.ground.metrics_directory import VARIABLE

CONTENT_TYPE = CONTENT_TYPE_LATEST
OUR_OWN = CollectorRegistry()

# The library leaves this one without types.
_ADD_UP: Callable[[CollectorRegistry], object] = MultiProcessCollector

_REQUESTS = Counter("passe_plat_requests", "Requests answered.", ["route", "status"], registry=OUR_OWN)
_REQUEST_SECONDS = Histogram(
    "passe_plat_request_seconds",
    "Time to answer a request.",
    ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
    registry=OUR_OWN,
)
_CALLS = Counter("passe_plat_calls", "Calls to outside servers.", ["peer", "outcome"], registry=OUR_OWN)
_CALL_SECONDS = Histogram(
    "passe_plat_call_seconds",
    "Time outside servers took to answer.",
    ["peer"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15),
    registry=OUR_OWN,
)
_ALERTS = Gauge(
    "passe_plat_open_alerts",
    "Things a person must look at.",
    ["desk"],
    registry=OUR_OWN,
    multiprocess_mode="mostrecent",
)
_DEPTH = Gauge("passe_plat_outbox", "Outbox rows.", ["state"], registry=OUR_OWN, multiprocess_mode="mostrecent")
_AGE = Gauge(
    "passe_plat_outbox_age_seconds",
    "Age of the oldest outbox row.",
    ["state"],
    registry=OUR_OWN,
    multiprocess_mode="mostrecent",
)


def count_request(route: str, status: int, seconds: float) -> None:
    """One answered request; `route` is the endpoint's name ("shop.menu"), never the address."""
    _REQUESTS.labels(route, str(status)).inc()
    _REQUEST_SECONDS.labels(route).observe(seconds)


def count_call(peer: str, outcome: str, seconds: float | None = None) -> None:
    """One call to `peer` ("pongo", "payment", "sms"); `outcome` is "ok", "refused", "unreachable", "no_answer"…"""
    _CALLS.labels(peer, outcome).inc()
    if seconds is not None:
        _CALL_SECONDS.labels(peer).observe(seconds)


def set_alerts(desk: str, many: int) -> None:
    """Alerts now open at a "merchant"'s desk, or for the "operator" of the site (O5)."""
    _ALERTS.labels(desk).set(many)


def set_outbox(state: str, depth: int, age_s: float) -> None:
    """Outbox rows now in `state`, and the age in seconds of the oldest of them (0 when there is none)."""
    _DEPTH.labels(state).set(depth)
    _AGE.labels(state).set(age_s)


def render() -> bytes:
    """All figures of all processes, in the text format of `CONTENT_TYPE`."""
    if not os.environ.get(VARIABLE):
        return generate_latest(OUR_OWN)
    everybody = CollectorRegistry()
    _ADD_UP(everybody)
    return generate_latest(everybody)
