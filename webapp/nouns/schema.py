"""Every table in one place, for migrations and tests: importing this module fills `metadata`."""

from webapp.ground.db import Base
from webapp.ground.throttle import ThrottleMark
from webapp.nouns.basket import models as basket
from webapp.nouns.catalog import models as catalog
from webapp.nouns.customer import models as customer
from webapp.nouns.customer import proof_models as proof
from webapp.nouns.merchant import kiosk_models as kiosk
from webapp.nouns.merchant import models as merchant
from webapp.nouns.merchant import payment_account
from webapp.nouns.merchant import program_models as program
from webapp.nouns.order import board_models as board
from webapp.nouns.order import models as order
from webapp.nouns.order import refund_models as refund
from webapp.nouns.order import till_models as till
from webapp.nouns.outbox import models as outbox
from webapp.nouns.picture import models as picture
from webapp.nouns.promotion import models as promotion
from webapp.nouns.staff import models as staff
from webapp.nouns.value import models as value

ROOMS = (
    ThrottleMark,
    merchant,
    kiosk,
    payment_account,
    catalog,
    customer,
    basket,
    order,
    board,
    outbox,
    picture,
    proof,
    promotion,
    program,
    refund,
    staff,
    till,
    value,
)

metadata = Base.metadata
