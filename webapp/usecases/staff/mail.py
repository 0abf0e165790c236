"""Mail to staff: put in the box with the fact it tells, sent by the worker."""

from datetime import timedelta

from sqlalchemy.orm import Session

from webapp.ground import logs, metrics
from webapp.ground.secrets import Unreadable
from webapp.nouns.staff import post_box
from webapp.nouns.staff.models import MailMessage
from webapp.ports.mail.port import Mail, MailRefused, MailSender, MailTrouble
from webapp.usecases.wiring import BackOffice, Wiring

AT_ONCE = 20
USEFUL = {"invitation": timedelta(days=3), "reset": timedelta(minutes=25)}


def put(session: Session, office: BackOffice, key: str, kind: str, mail: Mail, wiring: Wiring) -> None:
    """Let this mail leave, in the transaction of what it tells; nothing where no mail leaves."""
    if office.mail is None:
        return
    post_box.put(
        session,
        key=key,
        kind=kind,
        recipient=mail.to,
        subject=mail.subject,
        text_sealed=office.vault.seal(mail.text),
        now=wiring.clock.now(),
    )


def send_waiting_mail(wiring: Wiring) -> int:
    """One round of the worker; how many mails were tried."""
    office = wiring.office
    if office is None or office.mail is None:
        return 0
    with wiring.db.reading() as session:
        waiting = post_box.due(session, wiring.clock.now(), AT_ONCE)
    return sum(_send_one(wiring, office, office.mail, row_id) for row_id in waiting)


def _send_one(wiring: Wiring, office: BackOffice, sender: MailSender, row_id: int) -> bool:
    token, now = wiring.draw.token(16), wiring.clock.now()
    row = wiring.db.run(lambda session: post_box.lease(session, row_id, now, token))
    if row is None:
        return False
    if now - row.created_at > USEFUL.get(row.kind, timedelta(days=1)):
        return _park(wiring, row, "too late")
    try:
        mail = Mail(row.recipient, row.subject, office.vault.open(row.text_sealed))
        sender.send(mail, row.key, wiring.worker_seconds)
    except Unreadable:
        return _park(wiring, row, "unreadable")
    except MailRefused as refusal:
        return _park(wiring, row, refusal.code)
    except MailTrouble as trouble:
        metrics.count_call("mail", "no_answer")
        reason = str(trouble)
        wiring.db.run(lambda session: post_box.later(session, row, wiring.clock.now(), reason))
        logs.get().warning("a mail was not sent", kind=row.kind, row=row.id, attempts=row.attempts)
        return True
    metrics.count_call("mail", "ok")
    wiring.db.run(lambda session: post_box.done(session, row, wiring.clock.now()))
    return True


def _park(wiring: Wiring, row: MailMessage, reason: str) -> bool:
    wiring.db.run(lambda session: post_box.park(session, row, wiring.clock.now(), reason))
    logs.get().warning("a mail was given up", kind=row.kind, row=row.id, reason=reason)
    return True
