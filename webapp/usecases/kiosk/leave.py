"""The next person at a kiosk is somebody else: nothing of the last one may be left for them."""

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from webapp.ground.links import fingerprint
from webapp.nouns.basket.models import Basket
from webapp.nouns.customer.models import Visit
from webapp.nouns.customer.proof import revoke
from webapp.nouns.customer.visits import sign_out
from webapp.nouns.order.models import Order
from webapp.usecases.wiring import Wiring

TOKEN_BYTES = 32


def forget(wiring: Wiring, browser: str) -> None:
    """End every visit of this browser: proof revoked, number forgotten, basket dropped, and its cookie opens nothing.

    An order waiting to be paid, perhaps on somebody's phone at this moment, lives or expires as it would anyway (G6);
    its basket stays until then, out of everybody's reach. `browser`: fingerprint of its token.
    """
    now = wiring.clock.now()
    nobody = wiring.draw.token(TOKEN_BYTES)

    def work(session: Session) -> None:
        for visit_id, customer_id in session.execute(
            select(Visit.id, Visit.customer_id).where(Visit.browser == browser)
        ).all():
            if customer_id is not None:
                revoke(session, customer_id, now, browser=browser)
            sign_out(session, visit_id)
            paying = exists().where(Order.basket_id == Basket.id, Order.state == "pending")
            session.execute(delete(Basket).where(Basket.visit_id == visit_id, ~paying))
        session.execute(update(Visit).where(Visit.browser == browser).values(browser=fingerprint(nobody)))

    wiring.db.run(work)
