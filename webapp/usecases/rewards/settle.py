"""The worker's part: purchases whose answer never came are settled by reading what the programme has (G10, C4 to C6).

Never by buying again. The first look comes after seconds, so that a copy already there is shown at once; "not bought"
is said only when no request can be in flight any more. A programme that is silent is looked at again, with patience.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import groupby

from webapp.nouns.customer.models import Customer
from webapp.nouns.merchant.facts import store_by_id
from webapp.nouns.promotion.models import RewardPurchase
from webapp.ports.loyalty.port import LoyaltyError, Wallet
from webapp.usecases.membership.reading import read_wallet
from webapp.usecases.rewards import rows
from webapp.usecases.rewards.evidence import (
    BEST_EVIDENCE,
    NOT_BEFORE,
    Bought,
    NotBought,
    candidates,
    judge,
)
from webapp.usecases.rewards.result import (
    UNCLEAR,
    UNSETTLED,
    alert,
    baseline,
    became_owned,
    nothing_bought,
)
from webapp.usecases.wiring import Wiring

AT_ONCE = 60
SIDE_BY_SIDE = 4
LEASE = timedelta(seconds=20)
LATE = timedelta(minutes=3)
GIVE_UP = timedelta(hours=72)


def settle_due(wiring: Wiring) -> int:
    """One round; how many purchases were looked at. Merchants do not wait for each other's programmes (L11)."""
    with wiring.db.reading() as session:
        found = rows.due(session, wiring.clock.now(), AT_ONCE)
    if not found:
        return 0
    lanes = [list(lane) for _, lane in groupby(sorted(found, key=_connection), key=_connection)]
    if len(lanes) == 1:
        _settle_lane(wiring, lanes[0])
    else:
        with ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="purchases") as pool:
            list(pool.map(lambda lane: _settle_lane(wiring, lane), lanes))
    return len(found)


def _connection(row: RewardPurchase) -> int:
    return row.connection_id


def _settle_lane(wiring: Wiring, lane: Sequence[RewardPurchase]) -> None:
    """Purchases at one programme, until it fails to answer: the others then wait for their next look."""
    answers = True
    for row in lane:
        if answers:
            answers = settle(wiring, row)
        else:
            _later(wiring, row)


def settle(wiring: Wiring, row: RewardPurchase) -> bool:
    """Look at one purchase and act on what is there; False when the programme did not answer."""
    now = wiring.clock.now()
    leased = now + LEASE
    if not wiring.db.run(lambda session: rows.look_later(session, row, leased)):
        return True  # another worker has it, or it has ended
    row.settle_at = leased
    if row.state == "intended":
        # Whoever wrote it died, or lost its time, before anything was sent: the move to "sent" comes before the call.
        nothing_bought(wiring, row, ("intended",), "void", "never sent")
        return True
    if _is_forgotten(wiring, row):
        nothing_bought(wiring, row, rows.ASKED, "void", "the person was forgotten")
        return True
    wallet = _look(wiring, row)
    if wallet is None:
        _unanswered(wiring, row, now)
        return False
    _act(wiring, row, wallet)
    return True


def _is_forgotten(wiring: Wiring, row: RewardPurchase) -> bool:
    """Whether nobody can be asked for any more: an erased person has neither number nor id (D5)."""
    with wiring.db.reading() as session:
        customer = session.get(Customer, row.customer_id)
    return customer is None or (customer.member_id is None and not customer.phone.startswith("+"))


def _look(wiring: Wiring, row: RewardPurchase) -> Wallet | None:
    program = wiring.programs.of(row.connection_id)
    with wiring.db.reading() as session:
        customer = session.get(Customer, row.customer_id)
        store = store_by_id(session, row.store_id)
    if program is None or customer is None or store is None:
        return None
    patience = min(wiring.worker_seconds, 2 * wiring.page_seconds)
    try:
        read = read_wallet(
            wiring,
            program,
            customer,
            connection_id=row.connection_id,
            store_slug=store.loyalty_slug,
            deadline_s=patience,
        )
    except LoyaltyError:
        return None
    return read.wallet


def _act(wiring: Wiring, row: RewardPurchase, wallet: Wallet) -> None:
    before = baseline(row)
    if before is None:
        return
    with wiring.db.reading() as session:
        taken = rows.claimed(session, row.connection_id, candidates(before, wallet.owned or ()))
    verdict = judge(before, wallet, taken, wallet.as_of - row.created_at)
    if isinstance(verdict, Bought):
        if not became_owned(wiring, row, verdict.owned_id):
            _later(wiring, row)  # claimed in this very moment: the next look knows
    elif isinstance(verdict, NotBought):
        if nothing_bought(wiring, row, rows.ASKED, "void", verdict.alert or "not bought") and verdict.alert:
            alert(wiring, row, UNCLEAR, verdict.alert)
    else:
        if row.state == "sent":  # its process would have written more by now
            wiring.db.run(lambda session: rows.move(session, row.id, ("sent",), "unknown", reason="no answer kept"))
        _later(wiring, row)


def _unanswered(wiring: Wiring, row: RewardPurchase, now: datetime) -> None:
    """The programme is silent, so nothing can be known: keep looking, tell a person after a while, end after days."""
    age = now - row.created_at
    if age > GIVE_UP:
        alert(wiring, row, UNCLEAR, "the programme did not answer for 72 h; points may have been taken")
        nothing_bought(wiring, row, rows.ASKED, "void", "no answer for 72 h")
        return
    if age > LATE:
        alert(wiring, row, UNSETTLED, "a purchase could not be checked yet: the programme does not answer")
    _later(wiring, row)


def _later(wiring: Wiring, row: RewardPurchase) -> None:
    now = wiring.clock.now()
    when = next_look(now - row.created_at)
    wiring.db.run(lambda session: rows.look_later(session, row, now + when))


def next_look(age: timedelta) -> timedelta:
    """How long to wait before looking again at a purchase written `age` ago."""
    if age < NOT_BEFORE:
        return min(timedelta(seconds=5 if age < timedelta(seconds=20) else 15), NOT_BEFORE - age)
    if age < LATE:
        return min(timedelta(seconds=10), max(BEST_EVIDENCE - age, timedelta(seconds=5)))
    return timedelta(seconds=30) if age < timedelta(minutes=30) else timedelta(minutes=5)
