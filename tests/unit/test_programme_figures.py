"""What is charged is what the programme says, or nothing of its: whatever figures it sends."""

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from webapp.ports.loyalty.cart import Chosen, ChosenKind, Priced
from webapp.ports.loyalty.errors import LoyaltyError
from webapp.ports.loyalty.gonnaorder import reading as gonnaorder
from webapp.ports.loyalty.gonnaorder.guesses import DEFAULT as GONNAORDER
from webapp.ports.loyalty.menu import reading as menu
from webapp.ports.loyalty.menu.guesses import DEFAULT as MENU

CENTS = st.integers(-500, 30_000)
MONEY = CENTS.map(lambda cents: float(Decimal(cents).scaleb(-2)))
ODD = st.one_of(st.none(), st.booleans(), st.text(max_size=4), st.lists(st.integers(), max_size=2))
CODE = Chosen(ChosenKind.CODE, code="SUMMER")
REWARD = Chosen(ChosenKind.REWARD, "46168")


def _sound(priced: Priced, total: int) -> None:
    taken = sum(one.amount for one in priced.choices)
    assert priced.total == total - taken
    assert 0 <= priced.total <= total
    assert all(one.amount > 0 for one in priced.choices)


@given(
    total=st.integers(1, 20_000), said=st.one_of(MONEY, ODD), off=st.one_of(MONEY, ODD), after=st.one_of(MONEY, ODD),
    worth=st.one_of(MONEY, ODD), kind=st.sampled_from(["MONETARY", "PERCENTILE", "", None]),
)  # fmt: skip
def test_a_voucher_takes_off_what_the_server_says_or_nothing(
    total: int, said: Any, off: Any, after: Any, worth: Any, kind: Any
) -> None:
    order = {"totalNonDiscountedPrice": said, "voucherDiscount": off, "totalDiscountedPrice": after}
    voucher = {"code": "SUMMER", "source": "STORE", "discountType": kind, "discount": worth}
    try:
        priced = gonnaorder.priced({"active": True, "voucher": voucher, "order": order}, CODE, total, "EUR", GONNAORDER)
    except LoyaltyError:
        return
    _sound(priced, total)
    assert priced.total == round(float(after) * 100)


@given(total=st.integers(1, 20_000), off=st.integers(1, 20_000))
def test_figures_that_fit_are_charged_to_the_cent(total: int, off: int) -> None:
    off = min(off, total)
    amounts = (total, off, total - off)
    names = ("totalNonDiscountedPrice", "voucherDiscount", "totalDiscountedPrice")
    order = {name: float(Decimal(cents).scaleb(-2)) for name, cents in zip(names, amounts, strict=True)}
    told = {"active": True, "order": order}
    assert gonnaorder.priced(told, CODE, total, "EUR", GONNAORDER).total == total - off
    figures = {"data": {"calculation": {"subtotal": total, "discount_amount": off, "tax": 7, "total": 3}}}
    assert menu.priced(figures, (REWARD,), total, MENU).total == total - off


@given(
    total=st.integers(1, 20_000), subtotal=st.one_of(CENTS, ODD), off=st.one_of(CENTS, ODD),
    listed=st.lists(st.one_of(CENTS, ODD).map(lambda amount: {"amount": amount}), max_size=3),
    many=st.integers(0, 2),
)  # fmt: skip
def test_a_calculation_is_charged_as_it_is_or_not_at_all(
    total: int, subtotal: Any, off: Any, listed: list[Any], many: int
) -> None:
    body = {"data": {"calculation": {"subtotal": subtotal, "discount_amount": off, "discounts": listed}}}
    try:
        priced = menu.priced(body, (REWARD, CODE)[:many], total, MENU)
    except LoyaltyError:
        return
    _sound(priced, total)
    assert len(priced.choices) == many
    assert not many or priced.total == total - int(off)
