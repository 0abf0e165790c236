"""A total is divided and given back to the cent, whatever the balances, and never more than each source paid."""

from hypothesis import given
from hypothesis import strategies as st

from webapp.nouns.value.parts import GIFT_CARD, LEAST_BY_CARD, POINTS, divide, share_back

CENTS = st.integers(0, 20_000)
BALANCES = st.dictionaries(st.sampled_from((GIFT_CARD, POINTS)), CENTS)


@given(goods=CENTS, tip=st.integers(0, 2_000), balances=BALANCES)
def test_the_card_and_every_part_come_to_the_total(goods: int, tip: int, balances: dict[str, int]) -> None:
    parts = {part.kind: part.amount for part in divide(goods + tip, tip, balances)}
    due = goods + tip - sum(parts.values())
    assert due >= 0
    assert not 0 < due < LEAST_BY_CARD or not parts  # nothing a card could not be charged
    assert all(0 < amount <= balances[kind] for kind, amount in parts.items())
    assert parts.get(POINTS, 0) <= goods  # a tip is no reward of the programme's


@given(paid=st.tuples(CENTS, CENTS, CENTS), asked=st.lists(st.integers(1, 9_000), max_size=8))
def test_what_goes_back_never_exceeds_what_each_source_paid(paid: tuple[int, int, int], asked: list[int]) -> None:
    card, gift, points = paid
    left = sum(paid)
    for wish in asked:
        amount = min(wish, left)
        shares = share_back(amount, card, gift)
        assert shares.card + shares.gift_card + shares.points == amount
        assert shares.gift_card == 0 or shares.card == card  # the card first, as far as it goes
        card, gift, points = card - shares.card, gift - shares.gift_card, points - shares.points
        left -= amount
        assert min(card, gift, points) >= 0


def test_the_gift_card_pays_first_and_leaves_what_a_card_can_be_charged() -> None:
    parts = divide(1000, 0, {GIFT_CARD: 980, POINTS: 0})
    assert [(part.kind, part.amount) for part in parts] == [(GIFT_CARD, 950)]
    both = divide(1000, 200, {GIFT_CARD: 100, POINTS: 5_000})
    assert [(part.kind, part.amount) for part in both] == [(GIFT_CARD, 100), (POINTS, 800)]
