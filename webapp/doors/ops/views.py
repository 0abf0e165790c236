"""`/healthz`, `/readyz` and `/metrics`."""

import hmac

from flask import Blueprint, Response, abort, current_app, request

from webapp.ground import metrics

EXTENSION = "passe_plat"


def healthz() -> Response:
    """The process answers."""
    return Response("ok\n", mimetype="text/plain")


def readyz() -> Response:
    """The process can serve: its database answers. 503 otherwise, so that a balancer looks elsewhere."""
    if current_app.extensions[EXTENSION].wiring.db.is_up():
        return Response("ready\n", mimetype="text/plain")
    return Response("the database does not answer\n", status=503, mimetype="text/plain", headers={"Retry-After": "5"})


def figures() -> Response:
    """Prometheus figures, for whoever holds the token; the page does not exist when none is set."""
    token = current_app.extensions[EXTENSION].settings.metrics_token.get_secret_value()
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not token or not hmac.compare_digest(given.encode(), token.encode()):
        abort(404)
    return Response(metrics.render(), content_type="text/plain; version=0.0.4; charset=utf-8")


def blueprint() -> Blueprint:
    """The operator's addresses."""
    ops = Blueprint("ops", __name__)
    ops.add_url_rule("/healthz", view_func=healthz)
    ops.add_url_rule("/readyz", view_func=readyz)
    ops.add_url_rule("/metrics", view_func=figures)
    return ops
