"""Sending what waits: at once for somebody who stands there, again by the worker when that did not work."""

from datetime import timedelta

from sqlalchemy.orm import Session

from webapp.ground import logs, metrics
from webapp.ground.secrets import Unreadable
from webapp.nouns.customer import messages
from webapp.nouns.customer.codes import LIFE
from webapp.nouns.customer.models import Customer
from webapp.nouns.customer.proof_models import SmsMessage
from webapp.nouns.order.alerts import raise_alert
from webapp.ports.sms.port import SmsOutcomeUnknown, SmsRefused, SmsTrouble
from webapp.usecases.proof.reach import is_served
from webapp.usecases.wiring import Texting, Wiring

# How long a message is worth sending.
USEFUL = {"code": LIFE - timedelta(minutes=1), "spent": timedelta(hours=72)}
AT_ONCE = 20
OUR_FAULT = {"credentials", "sender"}
REFUSED = "sms_refused"


def send_waiting(wiring: Wiring) -> int:
    """One round of the worker; how many messages were tried."""
    if wiring.texting is None:
        return 0
    with wiring.db.reading() as session:
        waiting = messages.due(session, wiring.clock.now(), AT_ONCE)
    return sum(send_one(wiring, row_id, wiring.worker_seconds) != "" for row_id in waiting)


def send_one(wiring: Wiring, row_id: int, deadline_s: float) -> str:
    """Send this message if it is due: "done", "later" or "parked"; "" when somebody else is at it."""
    texting = wiring.texting
    if texting is None:
        return ""
    token, now = wiring.draw.token(16), wiring.clock.now()
    row = wiring.db.run(lambda session: messages.lease(session, row_id, now, token))
    if row is None:
        return ""
    with wiring.db.reading() as session:
        customer = session.get(Customer, row.customer_id)
        served = customer is not None and is_served(session, texting, customer)
    if customer is None or now - row.created_at > USEFUL.get(row.kind, LIFE):
        return _park(wiring, row, "too late")
    if not served:
        return _park(wiring, row, "not served")
    return _send(wiring, texting, row, customer.phone, deadline_s)


def _send(wiring: Wiring, texting: Texting, row: SmsMessage, phone: str, deadline_s: float) -> str:
    try:
        words = texting.vault.open(row.text_sealed)
        texting.sender.send(phone, words, row.key, deadline_s, again=row.attempts > 1)
    except Unreadable:
        return _park(wiring, row, "unreadable")
    except SmsRefused as refusal:
        metrics.count_call("sms", "refused")
        return _park(wiring, row, refusal.code, alert=refusal.code in OUR_FAULT)
    except SmsTrouble as trouble:
        metrics.count_call("sms", "no_answer" if isinstance(trouble, SmsOutcomeUnknown) else "unreachable")
        when = wiring.clock.now() + messages.wait_before(row.attempts)
        reason = type(trouble).__name__
        wiring.db.run(lambda session: messages.later(session, row, when, reason))
        logs.get().warning("a message was not sent", kind=row.kind, row=row.id, reason=reason, attempts=row.attempts)
        return "later"
    metrics.count_call("sms", "ok")
    wiring.db.run(lambda session: messages.done(session, row, wiring.clock.now()))
    return "done"


def _park(wiring: Wiring, row: SmsMessage, reason: str, *, alert: bool = False) -> str:
    now = wiring.clock.now()

    def work(session: Session) -> None:
        messages.park(session, row, now, reason)
        if row.kind == "spent":
            subject, detail = f"message:{row.id}", f"the owner was not told that points were spent: {reason}"
            raise_alert(session, "owner_not_told", subject, now, merchant_id=row.merchant_id, detail=detail)
        if alert:
            # The account at the carrier is the site's; whose diners get no codes is told as well, once a day each.
            subject, detail = f"{reason}:{now.date().isoformat()}", "the carrier refuses our messages"
            raise_alert(session, REFUSED, subject, now, detail=detail)
            whose = f"{row.merchant_id}:{subject}"
            raise_alert(session, REFUSED, whose, now, merchant_id=row.merchant_id, detail=detail)

    wiring.db.run(work)
    logs.get().warning("a message was given up", kind=row.kind, row=row.id, reason=reason, attempts=row.attempts)
    return "parked"
