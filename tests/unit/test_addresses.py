"""Where the demo listens, what it says when it cannot, and what it invites to."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from webapp.doors.cli.addresses import CannotStart, Opening, check_free, invitation, plan, qr, visible


@pytest.fixture
def taken_port() -> Iterator[int]:
    """A port that is taken, with the seven before it free: below those the system hands out to others by itself."""
    for port in range(21007, 32000, 8):
        with ExitStack() as before, socket.socket() as server:
            try:
                for number in range(port - 7, port):
                    before.enter_context(socket.socket()).bind(("127.0.0.1", number))
                server.bind(("127.0.0.1", port))
            except OSError:
                continue
            before.close()
            server.listen(1)
            yield port
            return
    raise AssertionError("no eight free ports in a row")


def test_the_sandboxes_take_the_seven_ports_after_the_site() -> None:
    at = plan("127.0.0.1", 8000)
    assert (at.site, at.loyalty) == ("http://127.0.0.1:8000", "http://127.0.0.1:8001")
    assert (at.payment, at.inbox) == ("http://127.0.0.1:8002", "http://127.0.0.1:8003")
    further = (at.gonnaorder, at.spoonity, at.menu, at.till)
    assert further == tuple(f"http://127.0.0.1:{port}" for port in (8004, 8005, 8006, 8007))


def test_listening_everywhere_shows_an_address_that_can_be_typed() -> None:
    assert visible("::") not in {"::", "[::]", ""}
    assert visible("::1") == "[::1]"


@pytest.mark.parametrize("offset", [0, 1, 3, 7])
def test_a_taken_port_is_a_sentence_naming_the_port_and_who_needs_it(taken_port: int, offset: int) -> None:
    with pytest.raises(CannotStart, match=rf"Port {taken_port} is taken, and the .* needs it.*--port"):
        check_free("127.0.0.1", taken_port - offset)


@pytest.mark.parametrize("port", [0, -1, 65530, 99999])
def test_a_port_with_no_room_for_seven_more_is_a_sentence(port: int) -> None:
    with pytest.raises(CannotStart, match="--port must be between"):
        check_free("127.0.0.1", port)


@pytest.mark.parametrize("host", ["192.0.2.1", "not a host"])
def test_an_address_of_another_machine_is_a_sentence(host: str) -> None:
    with pytest.raises(CannotStart, match="choose an address of this machine"):
        check_free(host, 28000)


def test_the_invitation_names_every_address_and_draws_the_table_code() -> None:
    at = plan("127.0.0.1", 8000)
    table = at.site + "/r/a/b/t/code"
    further = tuple((name, f"{at.site}/r/{name}/") for name in ("one", "two", "three"))
    said = invitation(at, Opening(at.site + "/r/a/b/", table, programmes=further, till=at.site + "/r/c/"))
    for address in (
        at.site + "/r/c/",
        at.till,
        table,
        at.site,
        at.loyalty,
        at.payment,
        at.inbox,
        further[2][1],
        at.menu,
    ):
        assert address in said
    assert qr(table).splitlines()[3] in said


def test_without_tables_no_code_is_drawn() -> None:
    assert "█" not in invitation(plan("127.0.0.1", 8000), Opening("http://127.0.0.1:8000/r/a/b/", None))
