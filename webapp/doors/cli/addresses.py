"""Where the demo's services listen, whether they can, and what is worth opening."""

import errno
import io
import socket
from dataclasses import dataclass

import segno

ROLES = (
    "the site",
    "the loyalty server",
    "the payment page",
    "the message inbox",
    "the GonnaOrder server",
    "the Spoonity server",
    "the MENU server",
    "the till",
)


class CannotStart(Exception):
    """The demo cannot start as asked; the message is a sentence for a person."""


@dataclass(frozen=True)
class Addresses:
    """The demo's base addresses, as a browser reaches them."""

    site: str
    loyalty: str
    payment: str
    inbox: str
    gonnaorder: str
    spoonity: str
    menu: str
    till: str


@dataclass(frozen=True)
class Opening:
    """What the demo invites to: the menu of the first store, one of its tables where it has some, the owner's desk.

    `till`: the menu of the store whose diners may pay at a till, "" for none.
    `programmes`: for each further loyalty programme its name and the menu of the house that has it.
    `email` and `password`: as the demo made them; whoever changed the password knows the other one.
    """

    menu: str
    table: str | None
    email: str = ""
    password: str = ""
    programmes: tuple[tuple[str, str], ...] = ()
    till: str = ""


def visible(host: str) -> str:
    """What others type to reach a server listening on `host`: the machine's own address for "every address"."""
    if host not in {"0.0.0.0", "::"}:  # noqa: S104 -- compared, not bound
        return f"[{host}]" if ":" in host else host
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing: only asks the system which of its addresses it would use
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"


def plan(host: str, port: int) -> Addresses:
    """Addresses of the services on `port` and the ports after it, in the order of `ROLES`."""
    shown = visible(host)
    return Addresses(*(f"http://{shown}:{port + offset}" for offset in range(len(ROLES))))


def check_free(host: str, port: int) -> None:
    """Whether the ports from `port` on can be listened on, one for each of `ROLES`.

    Raises:
        CannotStart: with a sentence, when one cannot.
    """
    more = len(ROLES) - 1
    if not 0 < port <= 65535 - more:
        raise CannotStart(f"--port must be between 1 and {65535 - more}, so that {more} more fit after it.")
    for offset, role in enumerate(ROLES):
        number = port + offset
        try:
            family, _, _, _, address = socket.getaddrinfo(host, number, type=socket.SOCK_STREAM)[0]
            with socket.socket(family, socket.SOCK_STREAM) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(address)
                probe.listen(1)
        except OSError as error:
            raise CannotStart(_why(error, host, number, role)) from error


def _why(error: OSError, host: str, number: int, role: str) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {number} is taken, and {role} needs it: stop what listens there, or choose another with --port."
    if error.errno == errno.EACCES:
        return f"Port {number} needs more rights than this user has: choose one above 1023 with --port."
    return f"Nothing can listen on {host!r}: choose an address of this machine with --host."


def qr(address: str) -> str:
    """`address` as a QR code drawn in characters."""
    drawn = io.StringIO()
    segno.make(address, error="m", micro=False).terminal(drawn, border=2, compact=True)
    return drawn.getvalue()


def invitation(addresses: Addresses, opening: Opening) -> str:
    """What the demo says once everything answers."""
    lines = ["", f"  Menu             {opening.menu}"]
    if opening.table:
        lines.append(f"  At a table       {opening.table}")
    lines += [
        f"  All restaurants  {addresses.site}/",
        f"  Loyalty ledger   {addresses.loyalty}/",
        f"  Payment ledger   {addresses.payment}/",
        f"  Message inbox    {addresses.inbox}/",
    ]
    if opening.programmes:
        ledgers = (addresses.gonnaorder, addresses.spoonity, addresses.menu)
        for (vendor, menu), ledger in zip(opening.programmes, ledgers, strict=True):
            lines.append(f"  {vendor:<16} {menu}  ledger: {ledger}/")
    if opening.till:
        lines.append(f"  Pay at a till    {opening.till}  the till: {addresses.till}/")
    if opening.email:
        lines.append(f"  Merchant's desk  {addresses.site}/desk/  sign in: {opening.email}  {opening.password}")
    lines.append("")
    if opening.table:
        lines += ["  Scan as at the table (with --host 0.0.0.0, a phone on the same network can):", ""]
        lines += qr(opening.table).splitlines()
    return "\n".join([*lines, "", "Ctrl-C ends all of it.", ""])
