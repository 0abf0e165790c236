"""Callbacks of payment providers: 2xx only once the event is committed (M11)."""

import structlog
from flask import Blueprint, Response, abort, current_app, request

from webapp.ports.payment.port import UntrustedNotice
from webapp.usecases.checkout.notice import take_notice

EXTENSION = "passe_plat"
log = structlog.get_logger()


def receive(provider: str) -> Response:
    """Take one callback: 204 when it is kept, 400 when nobody we trust signed it, 404 for an unknown provider."""
    wiring = current_app.extensions[EXTENSION].wiring
    if provider not in wiring.payments:
        abort(404)
    try:
        take_notice(wiring, provider, dict(request.headers), request.get_data())
    except UntrustedNotice as refusal:
        log.warning("callback_refused", provider=provider, reason=type(refusal).__name__)
        return Response("refused\n", status=400, mimetype="text/plain")
    return Response(status=204)


def blueprint() -> Blueprint:
    """The machines' addresses."""
    callbacks = Blueprint("callbacks", __name__)
    callbacks.add_url_rule("/callbacks/payment/<provider>", view_func=receive, methods=["POST"], endpoint="payment")
    return callbacks
