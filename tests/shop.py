"""A whole shop in a test: the application on a fresh database, the demo's merchants, a clock that stands still, and
browsers that follow links and forms as people do.
"""

import functools
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Select, event
from werkzeug.test import TestResponse

from tests.pages import Element, check_rules, fields_of, parsed
from tests.routes import SharedRule
from tests.templates import share_templates
from webapp import demo
from webapp.app import Site, create_app
from webapp.ground.clock import FixedClock
from webapp.ground.config import Settings, load_settings
from webapp.ground.db import Database
from webapp.ground.randomness import SeededRandomness
from webapp.nouns.catalog.publish import mark_sold_out, publish
from webapp.nouns.catalog.shelf import Shelf
from webapp.nouns.merchant.check import House, read_pair
from webapp.nouns.merchant.facts import StoreFacts, store_by_slugs
from webapp.nouns.merchant.tables import tables_of
from webapp.usecases.setup.house import store_house
from webapp.usecases.wiring import Wiring
from webapp.wire import build_wiring

MERCHANT = "comptoir-sarrasin"
STORE = "paris-republique"
# A Tuesday, half past noon in Paris: every store of the chain but the one on Réunion is open, breakfast is over.
NOON = datetime(2026, 11, 24, 11, 30, tzinfo=UTC)
SECRETS = {
    "secret_keys": [secrets.token_hex(32)],
    "vault_keys": [Fernet.generate_key().decode()],
    "sandbox_payment_api_key": secrets.token_hex(32),
    "sandbox_payment_webhook_secrets": [secrets.token_hex(32)],
}
Site.url_rule_class = SharedRule


@functools.cache
def _demo_houses() -> tuple[House, ...]:
    found = [read_pair(merchant.read_bytes(), menu.read_bytes()).document for merchant, menu in demo.merchants()]
    return tuple(house for house in found if house is not None)


def demo_houses() -> list[House]:
    """The demo's merchants, read from the very files the demo loads."""
    return list(_demo_houses())


class Counted(list[str]):
    """SQL statements, without the words that open and close transactions."""

    def note(self, statement: str) -> None:
        """One more."""
        if statement.split(" ", 1)[0].upper() not in {"BEGIN", "COMMIT", "ROLLBACK", "PRAGMA"}:
            self.append(statement)


class Watched(Database):
    """A database that also tells of the questions asked past SQLAlchemy's own events."""

    note: Callable[[str], None] | None = None

    def first(self, query: Select[Any], values: Mapping[str, str | int]) -> list[Any] | None:
        """See `Database.first`."""
        if self.note is not None:
            self.note(str(query))
        return super().first(query, values)


@dataclass
class Shop:
    """The application with everything a test may turn."""

    app: Flask
    wiring: Wiring
    clock: FixedClock
    houses: list[House]

    @property
    def database(self) -> Database:
        """Where it keeps its facts."""
        return self.wiring.db

    def browser(self, language: str = "en") -> "Browser":
        """A new browser, with nothing kept yet."""
        return Browser(self.app.test_client(), language)

    def store(self, store: str = STORE, merchant: str = MERCHANT) -> StoreFacts:
        """A store as the database has it now."""
        with self.database.reading() as session:
            found = store_by_slugs(session, merchant, store)
        assert found is not None
        return found

    def code(self, store: str = STORE, place: int = 0, merchant: str = MERCHANT) -> str:
        """The signed code printed on a table."""
        with self.database.reading() as session:
            table = tables_of(session, self.store(store, merchant).id)[place]
        return self.wiring.signer.sign("table", table.code)

    def change_menu(self, **products: Mapping[str, Any]) -> None:
        """Put on sale the first merchant's menu with these fields of products changed (`_` stands for `-` in SKUs)."""
        menu = self.houses[0].menu
        changes = {sku.replace("_", "-"): values for sku, values in products.items()}
        changed = [one.model_copy(update=dict(changes.get(one.sku, {}))) for one in menu.products]
        document = menu.model_copy(update={"products": tuple(changed)})
        merchant_id = self.store().merchant.id
        self.database.run(lambda session: publish(session, merchant_id, document, self.clock.now()))
        self.catch_up()

    def sell_out(self, key: str, store: str = STORE) -> None:
        """Take a SKU or `group:option` off sale."""
        store_id = self.store(store).id
        self.database.run(lambda session: mark_sold_out(session, store_id, key, None))
        self.catch_up()

    def catch_up(self) -> None:
        """Let the second pass for which a worker may show the menu as it was."""
        self.wiring.shelf._seen.clear()

    @contextmanager
    def statements(self) -> Iterator[Counted]:
        """Counts what is asked of the database meanwhile."""
        counted = Counted()

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            counted.note(statement)

        event.listen(self.database.engine, "before_cursor_execute", note)
        watched = self.database if isinstance(self.database, Watched) else None
        if watched:
            watched.note = counted.note
        try:
            yield counted
        finally:
            if watched:
                watched.note = None
            event.remove(self.database.engine, "before_cursor_execute", note)


def open_shop(
    database: Database,
    data_dir: Path,
    *,
    houses: Sequence[House] | None = None,
    moment: datetime = NOON,
    **changes: Any,
) -> Shop:
    """A shop on this migrated, empty database. `changes`: settings that differ."""
    settings: Settings = load_settings(
        **{"mode": "test", "data_dir": data_dir, "pongo_base_url": "http://127.0.0.1:9/v1", **SECRETS, **changes}
    )
    clock = FixedClock(moment)
    draw = SeededRandomness("shop")
    wiring = build_wiring(settings, clock=clock, draw=draw, database=database)
    # The second for which a menu is trusted passes when the test says so, not while it reads a long page.
    wiring = replace(wiring, shelf=Shelf(lambda: clock.now().timestamp()))
    chosen = list(houses) if houses is not None else demo_houses()
    with database.transaction() as session:
        for house in chosen:
            store_house(session, house, draw, moment)
    return Shop(share_templates(create_app(settings, wiring)), wiring, clock, chosen)


class Browser:
    """Somebody's telephone: its cookies, the language it asks for, and the page it shows."""

    def __init__(self, client: FlaskClient, language: str) -> None:
        """`language`: what it says it reads, "fr" or "en"."""
        self.client = client
        self.language = language
        self.page = Page("", 0, {}, parsed(""))

    def get(self, path: str, **headers: str) -> "Page":
        """Open an address, following redirects."""
        return self._show(self.client.get(path, headers=self._headers(headers), follow_redirects=True))

    def raw(self, path: str, method: str = "GET", **options: Any) -> TestResponse:
        """An answer as it is, not followed and not checked."""
        headers = self._headers(options.pop("headers", {}))
        return self.client.open(path, method=method, headers=headers, **options)

    def post(self, path: str, data: Mapping[str, Any], *, token: bool = True, **headers: str) -> "Page":
        """Post fields of our own choosing, with this page's token unless told otherwise."""
        fields = {**({"csrf_token": self.page.token} if token else {}), **data}
        return self._show(self.client.post(path, data=fields, headers=self._headers(headers), follow_redirects=True))

    def submit(
        self,
        fields: Mapping[str, str] | None = None,
        /,
        *,
        form: Element | None = None,
        button: tuple[str, str] | None = None,
        **named: str,
    ) -> "Page":
        """Send a form of this page (its main one when not given) as it stands, with some fields filled in.

        `button`: name and value of the button touched. `named`: more fields, `__` standing for `-`.
        """
        form = form or self.page.form()
        values: dict[str, list[str]] = {}
        for name, value in fields_of(form, self.page.root):
            values.setdefault(name, []).append(value)
        filled = {**(fields or {}), **{name.replace("__", "-"): value for name, value in named.items()}}
        values.update({name: [value] for name, value in filled.items()})
        if button:
            values[button[0]] = [button[1]]
        path = form.attributes.get("action") or self.page.path
        return self._show(self.client.post(path, data=values, headers=self._headers({}), follow_redirects=True))

    def _headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return {"Accept-Language": self.language, **given}

    def _show(self, answer: TestResponse) -> "Page":
        self.page = Page.of(answer)
        return self.page


@dataclass
class Page:
    """An answer, read and held to the rules of the house."""

    path: str
    status: int
    headers: Mapping[str, str]
    root: Element

    @classmethod
    def of(cls, answer: TestResponse) -> "Page":
        """Read it; whole pages must keep every rule, fragments only that of not failing."""
        assert answer.status_code < 500, answer.text[:400]
        root = parsed(answer.text)
        if root.all("html"):
            policy = answer.headers.get("Content-Security-Policy", "")
            assert "default-src 'none'" in policy, "no policy"
            assert "unsafe" not in policy
            check_rules(root)
        return cls(answer.request.full_path.rstrip("?"), answer.status_code, dict(answer.headers), root)

    @property
    def text(self) -> str:
        """What a reader reads."""
        return self.root.text

    @property
    def token(self) -> str:
        """The token its forms carry."""
        return self.root.first("input", name="csrf_token").attributes["value"]

    def form(self, action: str = "") -> Element:
        """The form whose address ends in `action`; without one, the first that is not the language switch."""
        forms = [one for one in self.root.all("form") if one.attributes.get("method") == "post"]
        named = [one for one in forms if one.attributes.get("action", "").split("?")[0].endswith(action)]
        found = [one for one in named if "language" not in one.attributes.get("class", "")] if not action else named
        assert found, f"no form for {action!r} on: {self.text[:300]}"
        return found[0]

    def link(self, words: str) -> str:
        """The address of the first link that says `words`."""
        found = [one for one in self.root.all("a") if words in one.text]
        assert found, f"no link {words!r} on: {self.text[:300]}"
        return found[0].attributes["href"]
