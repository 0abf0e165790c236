"""A signed-in person as the port's opaque member id: their account and their two tokens. A secret, kept sealed."""

import json
from dataclasses import dataclass, field

from webapp.ports.loyalty.errors import NotFound, Refused


@dataclass(frozen=True)
class Person:
    """`token`: the customer's JWT. `punchh`: their Punchh token, "" when the brand's sign-on gave none."""

    account: str
    token: str = field(repr=False)
    punchh: str = field(default="", repr=False)

    def as_id(self) -> str:
        """The member id."""
        return json.dumps([self.account, self.token, self.punchh], separators=(",", ":"))

    @classmethod
    def of(cls, member_id: str) -> "Person":
        """The person behind a member id.

        Raises:
            NotFound: it is none of ours.
        """
        try:
            account, token, punchh = json.loads(member_id)
        except (ValueError, TypeError) as error:
            raise NotFound("no such member") from error
        if not all(isinstance(part, str) for part in (account, token, punchh)) or not token:
            raise NotFound("no such member")
        return cls(account, token, punchh)

    def headers(self) -> dict[str, str]:
        """What every call on their behalf carries; the Punchh token wherever it is held (section 2)."""
        found = {"Authorization": f"Bearer {self.token}"}
        return found | {"Dlc-Authorization": self.punchh} if self.punchh else found


class SignedOut(Refused):
    """401 on a customer's call: their token ran out. They sign in again; the merchant's connection is sound."""

    code = "signed_out"
