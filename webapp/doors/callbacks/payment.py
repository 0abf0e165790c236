"""Callbacks of payment providers: 2xx only once the event is committed (M11)."""

import structlog
from flask import Blueprint, Response, abort, current_app, request

from webapp.ports.payment.port import UntrustedNotice
from webapp.usecases.checkout.notice import NobodysAddress, take_notice

EXTENSION = "passe_plat"
log = structlog.get_logger()


def receive(provider: str, token: str = "") -> Response:
    """Take one callback: 204 when it is kept, 400 when nobody we trust signed it, 404 for nobody's address."""
    wiring = current_app.extensions[EXTENSION].wiring
    try:
        take_notice(wiring, provider, dict(request.headers), request.get_data(), token)
    except NobodysAddress:
        abort(404)
    except UntrustedNotice as refusal:
        log.warning("callback_refused", provider=provider, reason=type(refusal).__name__)
        return Response("refused\n", status=400, mimetype="text/plain")
    return Response(status=204)


def blueprint() -> Blueprint:
    """The machines' addresses."""
    callbacks = Blueprint("callbacks", __name__)
    for address in ("/callbacks/payment/<provider>", "/callbacks/payment/<provider>/<token>"):
        callbacks.add_url_rule(address, view_func=receive, methods=["POST"], endpoint="payment")
    return callbacks
