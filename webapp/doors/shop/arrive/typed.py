"""The code typed instead of scanned: the same as scanning, and one refusal for every reason."""

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from webapp.doors.shop.arrive.arrival import stores_page
from webapp.doors.shop.desk import address, browser, desk, now
from webapp.ground.throttle import table_attempts
from webapp.nouns.customer.visits import open_visit, sit_down
from webapp.nouns.merchant.facts import stores_of
from webapp.nouns.merchant.tables import Found, table_by_typed
from webapp.nouns.merchant.typed_code import LONGEST_TYPED, read_typed


def register(shop: Blueprint) -> None:
    """Add its address."""
    shop.add_url_rule("/r/<merchant>/table", "typed_code", sit, methods=["POST"])
    shop.add_url_rule("/r/<merchant>/table", "typed_code_again", again)


def again(merchant: str) -> ResponseReturnValue:
    """Somebody came back to the address of the form: the page it stands on."""
    return redirect(url_for("shop.stores", merchant=merchant), 303)


def sit(merchant: str) -> ResponseReturnValue:
    """Sit at the table of the typed code.

    Unknown, revoked, another merchant's, not a code at all, or one try too many: the answer is the same, so that
    trying tells nothing.
    """
    typed = request.form.get("code", "")
    code, known, moment = read_typed(typed), browser(make=True), now()
    attempts = table_attempts(browser=known, address=address(), code=code or typed[:LONGEST_TYPED])

    def work(database: Session) -> Found | None:
        selling = stores_of(database, merchant)
        if not desk().throttle.check(database, attempts, moment).allowed or not selling or code is None:
            return None
        found = table_by_typed(database, merchant, code)
        if found is not None:
            visit = open_visit(database, known, selling[0].merchant.id, moment)
            sit_down(database, visit.id, found.store_id, "table", found.table_id)
        return found

    found = desk().wiring.db.run(work)
    if found is None:
        return stores_page(merchant, typed[:LONGEST_TYPED], refused=True)
    return redirect(url_for("shop.menu", merchant=merchant, store=found.store_slug), 303)
