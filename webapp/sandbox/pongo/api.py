"""The routes of the contract, each with the scope it needs."""

import functools
import sqlite3
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Flask, Response, jsonify, make_response, redirect, render_template, request

from webapp.sandbox.pongo import customers, faults, oauth, orders, rewards, rules
from webapp.sandbox.pongo.faults import Faults
from webapp.sandbox.pongo.problems import Problem, not_found
from webapp.sandbox.pongo.state import State

Act = Callable[..., tuple[Any, int]]


class Api:
    """Joins routes, tokens, transactions and faults."""

    def __init__(self, state: State, switches: Faults) -> None:
        """`switches`: consulted before each request."""
        self._state, self._switches = state, switches
        self.routes = Blueprint("pongo", __name__, url_prefix="/v1")

    def guarded(self, name: str, method: str, path: str, scope: str | None, act: Act) -> None:
        """A route that needs a token: `act(db, merchant, **ids)` in one transaction; a refusal undoes it."""

        def run(**ids: str) -> Response:
            with self._state.transaction() as db:
                merchant = oauth.merchant_of(db, request.headers.get("Authorization"), scope)
                body, status = act(db, merchant, **ids)
            return make_response(jsonify(body), status)

        self.open(name, method, path, run)

    def open(self, name: str, method: str, path: str, run: Callable[..., Response]) -> None:
        """A route without a token, subject to faults all the same."""

        def view(**ids: str) -> Response:
            act = functools.partial(answered, functools.partial(run, **ids))
            fault = self._switches.take(name)
            return act() if fault is None else faults.suffer(fault, act)

        self.routes.add_url_rule(path, name.replace(".", "_"), view, methods=[method])

    def show_form(self) -> Response:
        """GET /oauth/form."""
        with self._state.reading() as db:
            merchants = oauth.form_merchants(db, request.args.to_dict())
        scopes = request.args["scope"].split(",")
        return make_response(render_template("form.html", merchants=merchants, scopes=scopes, asked=request.args))

    def answer_form(self) -> Response:
        """POST /oauth/form."""
        with self._state.transaction() as db:
            target = oauth.decide(db, request.form.to_dict())
        return make_response(redirect(target))

    def exchange(self) -> Response:
        """POST /oauth/token."""
        with self._state.transaction() as db:
            return make_response(jsonify(oauth.exchange(db, sent())))


def answered(run: Callable[[], Response]) -> Response:
    """The answer, a refusal included."""
    try:
        return run()
    except Problem as problem:
        return make_response(jsonify(problem.body), problem.status)


def sent() -> dict[str, Any]:
    """The JSON object of this request."""
    return rules.read_body(request.get_data())


def found_by_phone(db: sqlite3.Connection, merchant: sqlite3.Row, phone: str) -> tuple[Any, int]:
    """GET /customers/phone/{number}."""
    if not rules.PHONE.fullmatch(phone):
        raise Problem(422, "The number must be digits only, without a plus sign.")
    row = customers.by_phone(db, merchant["id"], phone)
    if row is None:
        raise not_found()
    return {"data": customers.as_json(db, row)}, 200


def stores(db: sqlite3.Connection, merchant: sqlite3.Row) -> tuple[Any, int]:
    """GET /stores."""
    rows = db.execute("SELECT * FROM store WHERE merchant_id=? ORDER BY slug", (merchant["id"],))
    return {"data": [{name: row[name] for name in ("public_id", "slug", "name", "address")} for row in rows]}, 200


def register(app: Flask, state: State, switches: Faults) -> None:
    """Put the routes on the application."""
    api = Api(state, switches)
    api.open("oauth.form", "GET", "/oauth/form", api.show_form)
    api.open("oauth.decide", "POST", "/oauth/form", api.answer_form)
    api.open("oauth.token", "POST", "/oauth/token", api.exchange)
    api.guarded(
        "oauth.me", "GET", "/oauth/me", None, lambda _db, who: ({"id": who["id"], "name": who["name"]}, 200)
    )  # fmt: skip
    api.guarded("oauth.test", "GET", "/oauth/test", None, lambda _db, _merchant: ({}, 200))
    api.guarded("stores", "GET", "/stores", None, stores)
    _register_customers(api)
    _register_rewards(api)
    api.guarded("orders.create", "POST", "/orders", "order.create", lambda db, who: orders.create(db, who, sent()))
    api.guarded(
        "orders.status", "PATCH", "/orders/<order_id>", "order.update",
        lambda db, who, order_id: (orders.change_status(db, who, order_id, sent()), 200),
    )  # fmt: skip
    app.register_blueprint(api.routes)


def _register_customers(api: Api) -> None:
    api.guarded(
        "customers.create", "POST", "/customers", "customer.create",
        lambda db, who: ({"data": customers.create(db, who["id"], sent())}, 201),
    )  # fmt: skip
    api.guarded("customers.by_phone", "GET", "/customers/phone/<phone>", "customer.read", found_by_phone)
    api.guarded(
        "customers.read", "GET", "/customers/<key>", "customer.read",
        lambda db, who, key: ({"data": customers.as_json(db, customers.by_id(db, who["id"], key))}, 200),
    )  # fmt: skip
    api.guarded(
        "customers.update", "PUT", "/customers/<key>", "customer.update",
        lambda db, who, key: ({"data": customers.update(db, who["id"], key, sent())}, 200),
    )  # fmt: skip


def _register_rewards(api: Api) -> None:
    api.guarded(
        "rewards.list", "GET", "/rewards", "reward.read",
        lambda db, who: ({"data": rewards.listed(db, who["id"], request.args.to_dict())}, 200),
    )  # fmt: skip
    api.guarded(
        "rewards.owned", "GET", "/customers/<key>/rewards", "reward.read",
        lambda db, who, key: ({"data": rewards.owned(db, who["id"], key)}, 200),
    )  # fmt: skip
    for method, hold in (("POST", True), ("DELETE", False)):
        api.guarded(
            "rewards.lock" if hold else "rewards.unlock", method, "/customers/<key>/rewards/lock", None,
            functools.partial(_lock, hold=hold),
        )  # fmt: skip
    api.guarded(
        "rewards.buy", "POST", "/rewards/<key>/buy", "reward.update",
        lambda db, who, key: ({"data": rewards.buy(db, who["id"], key, sent())}, 200),
    )  # fmt: skip
    api.guarded(
        "rewards.use", "PATCH", "/rewards/<key>/use", "reward.update",
        lambda db, who, key: (rewards.use(db, who["id"], key, sent()), 200),
    )  # fmt: skip


def _lock(db: sqlite3.Connection, who: sqlite3.Row, key: str, *, hold: bool) -> tuple[Any, int]:
    return rewards.lock(db, who["id"], key, sent(), hold=hold), 200
