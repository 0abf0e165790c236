"""Numbers of receipts and credit notes: one series each per merchant, counting up without a gap."""

from sqlalchemy.orm import Session

from webapp.ground.upsert import Upsert
from webapp.nouns.order.refund_models import PaperCounter

RECEIPT, CREDIT = "receipt", "credit"
LETTERS = {RECEIPT: "R", CREDIT: "A"}
_COUNTED = Upsert(
    PaperCounter,
    lambda made: made.on_conflict_do_update(
        index_elements=[PaperCounter.merchant_id, PaperCounter.series], set_={"last": PaperCounter.last + 1}
    ).returning(PaperCounter.last),
)


def take_number(session: Session, merchant_id: int, series: str) -> int:
    """The next number of a series, from 1, in the transaction of the fact it is given to.

    The counter's row stays ours until the commit, so a transaction that fails gives its number to the next one:
    no gap, no repeat. Taken last, after everything else that is locked, so that nobody waits in a circle.
    """
    asked = {"merchant_id": merchant_id, "series": series, "last": 1}
    return int(session.connection().execute(_COUNTED.on(session), asked).scalar_one())


def paper_name(series: str, number: int) -> str:
    """A number as papers show it: `R-000042`."""
    return f"{LETTERS[series]}-{number:06d}"
