"""Customers, stores and orders as Pongo answers them; envelopes may be bare or under `data`."""

from typing import Any

from webapp.ports.loyalty import fields as shape
from webapp.ports.loyalty.errors import BadAnswer
from webapp.ports.loyalty.pongo.guesses import Guesses
from webapp.ports.loyalty.values import Member, ProgramStore


def member(body: Any, guesses: Guesses) -> Member:
    """A customer.

    Raises:
        BadAnswer: without an id.
    """
    fields = shape.record(body)
    member_id = shape.identifier(fields, guesses.names.customer_id)
    if member_id is None:
        raise BadAnswer("a customer without an id")
    return Member(member_id, shape.whole(fields, guesses.names.points))


def stores(body: Any, guesses: Guesses) -> tuple[ProgramStore, ...]:
    """The merchant's locations, each slug once, in the order given."""
    found: dict[str, ProgramStore] = {}
    for fields in shape.records(body):
        slug = shape.identifier(fields, ("slug",))
        if slug is not None:
            store = ProgramStore(
                slug=slug,
                public_id=shape.identifier(fields, ("public_id",)),
                name=shape.words(fields, guesses.names.name),
                address=shape.words(fields, guesses.names.address),
            )
            found.setdefault(slug, store)
    return tuple(found.values())


def order_id(body: Any, guesses: Guesses) -> str | None:
    """The programme's id of an order, when its answer has one.

    Raises:
        BadAnswer: the answer is JSON of another kind.
    """
    if body is None:
        return None
    fields = shape.record(body)
    return shape.identifier(fields, guesses.names.order_id)
