"""Somebody checked in at one restaurant, as the port's opaque member id: restaurant, session, card number."""

from dataclasses import dataclass, field

from webapp.ports.loyalty.errors import NotFound

LONGEST = 120  # a member id is kept in a column of that many characters
SIGN = "|"


@dataclass(frozen=True)
class Person:
    """`card`: whatever named them: number, e-mail, app token. `session`: the hash of their open session, or "".

    The programme takes nothing else for a name, so the id holds what was typed, an address included. It is kept with
    the customer and its orders until they are forgotten, and is never shown or logged (D4): treat it as the address.
    """

    store: str
    session: str
    card: str = field(repr=False)

    def as_id(self) -> str:
        """The member id; a session that would make it too long is left out and opened anew when it is needed."""
        whole = SIGN.join((self.store, self.session, self.card))
        short = whole if len(whole) <= LONGEST else SIGN.join((self.store, "", self.card))
        if len(short) > LONGEST:
            raise NotFound("a name too long to be anybody's")
        return short

    @classmethod
    def of(cls, member_id: str) -> "Person":
        """The person behind a member id.

        Raises:
            NotFound: it is none of ours.
        """
        parts = member_id.split(SIGN, 2)
        if len(parts) != 3 or not parts[2]:
            raise NotFound("no such member")
        return cls(*parts)
