"""The bare equivalents: what a developer writes in an afternoon with Flask, SQLAlchemy and Jinja, doing the same jobs.

Same gunicorn, same engine settings (`webapp.ground.db.Database`), same payment page over the same HTTP client. No
pricing rules, no checks, no limits, no audit trail, no log lines, no figures, no form tokens, no security headers: that
is what ours is measured against.
"""

import hashlib
import hmac
import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask, Response, redirect, render_template_string, request, session
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answered

from webapp.doors.cli.bench.bare_tables import (
    Add,
    BareBase,
    BareOrder,
    BareOrderLine,
    Category,
    Event,
    Product,
    Table,
    Told,
    Visitor,
)
from webapp.doors.cli.bench.bare_templates import CHECKOUT, MENU
from webapp.ground.config import load_settings
from webapp.ground.db import Database
from webapp.ground.http import HttpPeer
from webapp.ground.randomness import SystemRandomness
from webapp.nouns.catalog.document import Catalog

DATABASE, PAGE = "BENCH_DATABASE", "BENCH_PAGE"
LINES = 3


def prepare(url: str, menu: Catalog) -> None:
    """Make the bare tables in an empty database and put the same products in."""
    database = Database(url)
    BareBase.metadata.create_all(database.engine)
    with database.transaction() as rows:
        for place, category in enumerate(menu.categories):
            rows.add(Category(id=place, slug=category.id, name=category.name["en"]))
        rows.add(Table(code="bare-table", label="1"))
        rows.flush()
        places = {category.id: place for place, category in enumerate(menu.categories)}
        rows.add_all(
            Product(
                sku=product.sku,
                category_id=places[product.category],
                name=product.name["en"],
                description=(product.description or {}).get("en", ""),
                price=product.price,
                allergens=list(product.allergens) if product.allergens is not None else None,
                diets=list(product.diets),
                quick=True,
            )
            for product in menu.products
        )
    database.close()


def create() -> Flask:
    """The application gunicorn serves: `webapp.doors.cli.bench.bare:create()`."""
    app = Flask("bare")
    settings = load_settings()
    app.secret_key = settings.secrets_of("secret_keys")[0]
    database = Database(os.environ[DATABASE])
    app.extensions["after_fork"] = [lambda: database.engine.dispose(close=False)]
    _pages(app, database)
    _orders(app, database)
    peer = HttpPeer(settings.sandbox_payment_url, allowed_hosts=settings.allowed_hosts)
    key = settings.sandbox_payment_api_key.get_secret_value()
    secret = settings.secrets_of("sandbox_payment_webhook_secrets")[0]
    _payments(app, database, Payments(peer, key), secret)
    return app


def _pages(app: Flask, database: Database) -> None:
    kept = Path(os.environ[PAGE])
    body = kept.read_bytes() if kept.exists() else b""

    @app.get("/menu")
    def menu() -> Response:
        answer = Response(body, mimetype="text/html")
        answer.headers["Content-Encoding"] = "gzip"
        return answer

    @app.get("/cold")
    def cold() -> str:
        with database.reading() as rows:
            categories = list(rows.scalars(select(Category).order_by(Category.id)))
            products = list(rows.scalars(select(Product).order_by(Product.id)))
        return render_template_string(MENU, categories=categories, products=products)

    @app.get("/t/<code>")
    def scan(code: str) -> Answered:
        with database.transaction() as rows:
            table = rows.scalars(select(Table).where(Table.code == code)).one()
            visitor = Visitor(table_id=table.id, created_at=datetime.now(UTC))
            rows.add(visitor)
            rows.flush()
            session["visitor"] = visitor.id
        return redirect("/menu", 303)


def _orders(app: Flask, database: Database) -> None:
    @app.post("/add/<sku>")
    def add(sku: str) -> Answered:
        with database.transaction() as rows:
            quantity = int(request.form["quantity"])
            rows.add(Add(visitor_id=session.get("visitor", 0), sku=sku, quantity=quantity, added_at=datetime.now(UTC)))
        return redirect("/menu", 303)

    @app.get("/checkout")
    def checkout() -> str:
        with database.reading() as rows:
            chosen = list(rows.execute(_chosen()))
        return render_template_string(CHECKOUT, lines=chosen, total=sum(row.price * row.quantity for row in chosen))

    @app.post("/place")
    def place() -> Answered:
        """The diner's lines as an order; without any (the plain measurement), three fixed ones."""
        now = datetime.now(UTC)
        with database.transaction() as rows:
            chosen = list(rows.execute(_chosen())) if "visitor" in session else []
            lines = [(row.sku, row.name, row.quantity, row.price) for row in chosen]
            lines = lines or [(f"GAL-{at:03d}", f"Pancake number {at}", 1, 650) for at in range(LINES)]
            order = BareOrder(
                reference=SystemRandomness().token(16),
                visitor_id=session.get("visitor", 0),
                state="pending",
                name=request.form.get("name", ""),
                phone="+33612345678",
                total=sum(price * quantity for _, _, quantity, price in lines),
                created_at=now,
                expires_at=now + timedelta(minutes=30),
            )
            rows.add(order)
            rows.flush()
            rows.add_all(
                BareOrderLine(order_id=order.id, sku=sku, name=name, quantity=quantity, unit_price=price)
                for sku, name, quantity, price in lines
            )
        return redirect(f"/pay/{order.reference}", 303)


def _chosen() -> Any:
    return (
        select(Product.sku, Product.name, Product.price, Add.quantity)
        .join(Add, Add.sku == Product.sku)
        .where(Add.visitor_id == session.get("visitor", 0))
        .order_by(Add.id)
    )


class Payments:
    """The two calls to the payment page, as plain as they can be."""

    def __init__(self, peer: HttpPeer, key: str) -> None:
        """`peer`: the provider; `key`: of its API."""
        self._peer, self._headers = peer, {"Authorization": f"Bearer {key}"}

    def start(self, order: BareOrder) -> Mapping[str, Any]:
        """Open the payment page of an order."""
        home = request.host_url
        body = {
            "reference": order.reference, "attempt_number": 1, "amount": order.total, "currency": "EUR",
            "description": f"Order {order.id}", "language": "en", "metadata": {},
            "return_url": f"{home}order/{order.reference}", "cancel_url": f"{home}menu",
            "expires_at": order.expires_at.isoformat(),
        }  # fmt: skip
        headers = {**self._headers, "Idempotency-Key": order.reference}
        return dict(self._peer.request("POST", "/v1/sessions", json_body=body, headers=headers).json())

    def look_up(self, session_id: str) -> Mapping[str, Any]:
        """What became of it."""
        return dict(self._peer.request("GET", f"/v1/sessions/{session_id}", headers=self._headers).json())


def _payments(app: Flask, database: Database, payments: Payments, secret: str) -> None:
    @app.get("/pay/<reference>")
    def pay(reference: str) -> Answered:
        with database.reading() as rows:
            order = _order(rows, reference)
        started = payments.start(order)
        with database.transaction() as rows:
            _order(rows, reference).provider_ref = started["id"]
        return redirect(started["url"], 303)

    @app.post("/callback")
    def callback() -> Response:
        body = request.get_data()
        stamp, _, mark = request.headers["Sandbox-Signature"].removeprefix("t=").partition(",v1=")
        right = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(right, mark):
            return Response(status=400)
        told = json.loads(body)
        fact = payments.look_up(told["session"]["id"])
        now = datetime.now(UTC)
        with database.transaction() as rows:
            rows.add(Event(event_id=told["id"], body=body, received_at=now))
            order = _order(rows, fact["reference"])
            if fact["state"] == "captured" and order.state == "pending" and fact["amount"] == order.total:
                order.state, order.paid_at = "paid", now
                payload = json.dumps({"reference": order.reference, "phone": order.phone, "amount": order.total})
                rows.add(Told(order_id=order.id, payload=payload, state="new", created_at=now))
        return Response(status=204)


def _order(rows: Session, reference: str) -> BareOrder:
    return rows.scalars(select(BareOrder).where(BareOrder.reference == reference)).one()
