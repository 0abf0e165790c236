"""Is the number yours? A code by text message when it is asked for, and what the other rooms need to know of it."""

import unicodedata
from datetime import datetime

import structlog
from flask import Blueprint, Response, current_app, make_response, redirect, request
from flask.typing import ResponseReturnValue

from webapp.doors.shop.desk import browser, desk, now
from webapp.doors.shop.frame import _, clock_time, language, ngettext, page
from webapp.doors.shop.kiosk.mode import caller_address
from webapp.doors.shop.pay.journey import Journey, journey
from webapp.doors.shop.pay.steps import url_of
from webapp.nouns.customer import codes
from webapp.nouns.customer.models import Customer
from webapp.nouns.customer.proof import is_proved
from webapp.nouns.customer.visits import signed_in_at
from webapp.usecases.membership.abilities import abilities, counts_points
from webapp.usecases.membership.identify import ask_again
from webapp.usecases.proof.codes import Asking, Checked, Sent, check_code, send_code
from webapp.usecases.proof.reach import method_of

PLACE = {"merchant", "store"}
ONWARD = "shop.loyalty"
BETWEEN = {"-", "‐", "‑", "–", ".", "·"}
log = structlog.get_logger()


def register(shop: Blueprint) -> None:
    """Add its addresses."""
    shop.add_url_rule("/r/<merchant>/<store>/proof", "proof", show)
    shop.add_url_rule("/r/<merchant>/<store>/proof", "check_proof", check, methods=["POST"])
    shop.add_url_rule("/r/<merchant>/<store>/proof/send", "send_proof", send, methods=["POST"])


def proved(here: Journey) -> bool:
    """Whether this browser has proved the number it gave; only then are voucher codes shown and points spent."""
    if here.customer is None:
        return False
    with desk().wiring.db.reading() as database:
        return is_proved(database, here.visit, here.customer, now())


def needs_proof(here: Journey, *, buying: bool = False) -> str:
    """What stands between this browser and spending: "" nothing, "sms", "counter" (staff look at the phone later).

    `buying`: points are to be spent, not a reward that is there already; then also "pin".
    """
    if here.customer is None:
        return "sms"
    with desk().wiring.db.reading() as database:
        if is_proved(database, here.visit, here.customer, now()):
            return ""
        if signed_in_at(here.visit, here.store.connection_id, now()):
            return ""  # the programme itself has proved who this is
        return method_of(database, desk().wiring, desk().throttle, here.customer, now(), buying=buying)


def proof_url(here: Journey, endpoint: str = ONWARD, *, again: bool = False) -> str:
    """The page that asks for proof and then leads to `endpoint`; `again`: even of a browser that has proved it."""
    more = "&again=1" if again else ""
    return f"{url_of(here, 'shop.proof')}?next={endpoint}{more}"


def spend_words(code: str, here: Journey, until: datetime | None = None) -> str:
    """The sentence for what `limits.may_spend` and `limits.may_use` answer; `until`: when a hold ends."""
    if code == "hold" and until is not None:
        return _(
            "This phone is new to your number: a reward this large can be had from %(time)s.",
            time=clock_time(until, here.store),
        )
    return {
        "locked": _(
            "These points are locked. Give the number they were locked for and confirm it with a code to unlock them."
        ),
        "day_limit": _("Three rewards a day is the most. Come back tomorrow!"),
        "order_limit": _("One reward per order. Finish this order first, then use the next one."),
        "prove_again": _("That is many points for one day. Please confirm your number once more."),
        "hold": _("This phone is new to your number: a reward this large can be had in a quarter of an hour."),
    }.get(code, _("This reward cannot be had at the moment."))


def _next() -> str:
    """The endpoint to go on to: one of our own pages of a store, whatever was asked for (X4)."""
    wanted = request.values.get("next", "")[:60]
    name = wanted if wanted.startswith("shop.") else f"shop.{wanted}"
    if name not in current_app.view_functions or name == "shop.proof":
        return ONWARD
    rules = current_app.url_map.iter_rules(name)
    return name if any(rule.arguments == PLACE and "GET" in (rule.methods or ()) for rule in rules) else ONWARD


def show(merchant: str, store: str) -> ResponseReturnValue:
    """The page; a browser that has proved its number already is led on, unless it is to do so again."""
    here = journey(merchant, store)
    if here.customer is None:
        return redirect(url_of(here, "shop.identify"), 303)
    state = _state(here.customer)
    if state != "enter" and "again" not in request.args and proved(here):
        return redirect(url_of(here, _next()), 303)
    return _page(here, here.customer, state=state)


def _state(customer: Customer) -> str:
    with desk().wiring.db.reading() as database:
        kept = codes.live_code(database, browser(), customer.id, now())
        if kept is not None and kept.tries < codes.TRIES:
            return "enter"
        method = method_of(database, desk().wiring, desk().throttle, customer, now())
    return "ask" if method == "sms" else method


def _page(
    here: Journey,
    customer: Customer,
    *,
    status: int = 200,
    wrong: str | None = None,
    trouble: str | None = None,
    state: str | None = None,
) -> Response:
    return make_response(
        page(
            "shop/proof.html",
            here.store.merchant,
            status=status,
            back={"url": url_of(here, _next()), "label": _("Back")},
            state=state or _state(customer),
            digits=customer.phone[-2:],
            counts_points=counts_points(abilities(desk().wiring, here.store)),
            next=_next(),
            send_url=url_of(here, "shop.send_proof"),
            check_url=url_of(here, "shop.check_proof"),
            errors=[{"field": "code", "message": wrong}] if wrong else [],
            trouble=trouble,
            onward={"url": url_of(here, _next()), "label": _("Not now")},
        )
    )


def send(merchant: str, store: str) -> ResponseReturnValue:
    """Send a code: only ever because this button was touched."""
    here = journey(merchant, store)
    if here.customer is None:
        return redirect(url_of(here, "shop.identify"), 303)
    if _state(here.customer) not in {"ask", "enter"}:
        return _page(here, here.customer)
    asking = Asking(here.customer.id, browser(), caller_address(), language())
    sent = send_code(desk().wiring, desk().throttle, asking)
    log.info("code asked for", outcome=sent.code)
    if sent.code in {"sent", "later"}:
        return redirect(proof_url(here, _next()), 303)
    return _not_sent(here, here.customer, sent)


def _not_sent(here: Journey, customer: Customer, sent: Sent) -> Response:
    if sent.code == "unavailable":
        trouble = _("No code can be sent to this number now. It is confirmed at the counter instead.")
        return _page(here, customer, trouble=trouble, state="counter")
    minutes = max(1, round(sent.retry_after_s / 60))
    trouble = ngettext(
        "Enough messages for now. You can ask for another in %(num)d minute.",
        "Enough messages for now. You can ask for another in %(num)d minutes.",
        minutes,
    )
    answer = _page(here, customer, status=429, trouble=trouble)
    answer.headers["Retry-After"] = str(max(1, sent.retry_after_s))
    return answer


def figures(typed: str) -> str | None:
    """The six digits typed or pasted, whatever blanks and strokes stand between them; None when they are not six."""
    kept = [char for char in typed[:40] if not char.isspace() and char not in BETWEEN]
    digits = "".join(str(unicodedata.decimal(char, "x")) for char in kept)
    return digits if len(digits) == codes.DIGITS and digits.isdecimal() else None


def check(merchant: str, store: str) -> ResponseReturnValue:
    """Take the code; five tries each, whoever types them."""
    here = journey(merchant, store)
    if here.customer is None:
        return redirect(url_of(here, "shop.identify"), 303)
    typed = figures(request.form.get("code", ""))
    if typed is None:
        return _page(here, here.customer, status=422, wrong=_("The code has 6 digits. Please check the message."))
    checked = check_code(desk().wiring, customer_id=here.customer.id, browser=browser(), typed=typed)
    log.info("code typed", outcome=checked.code)
    if checked.code == "proved":
        return _proved(here, here.customer)
    return _page(here, here.customer, status=422, **_why(checked))


def _proved(here: Journey, customer: Customer) -> ResponseReturnValue:
    """Go on; whoever turns out not to be a member yet is invited first (strict display asks nothing before proof)."""
    if here.visit is None or not here.has_programme:
        return redirect(url_of(here, _next()), 303)
    membership = ask_again(desk().wiring, visit_id=here.visit.id, customer_id=customer.id, store=here.store)
    return redirect(url_of(here, "shop.join" if membership == "new" else _next()), 303)


def _why(checked: Checked) -> dict[str, str]:
    if checked.code == "wrong":
        return {
            "wrong": ngettext(
                "This is not the code. You can try once more.",
                "This is not the code. You can try %(num)d more times.",
                checked.left,
            )
        }
    if checked.code == "over":
        return {"trouble": _("Too many wrong codes. Please ask for a new one.")}
    return {"trouble": _("This code no longer works. Please ask for a new one.")}
