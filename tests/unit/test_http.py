"""The door to the outside against real sockets that refuse, hang, drip, reset, flood and redirect (G14, X3)."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from webapp.ground.deadline import _is_public
from webapp.ground.http import MAX_BODY, Answer, CallFailed, HttpPeer, NoAnswer, NotJson, Unreachable

LOOPBACK = frozenset({"127.0.0.1"})
Behaviour = Callable[[socket.socket, bytes], None]


def _whole(connection: socket.socket) -> bytes:
    """The request with its body, which may come in a packet of its own."""
    request = connection.recv(65_536)
    head, _, body = request.partition(b"\r\n\r\n")
    length = next((int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
    while len(body) < length and (more := connection.recv(65_536)):
        request, body = request + more, body + more
    return request


class Listener:
    """A raw TCP peer; `heard` keeps every request it read."""

    def __init__(self, behaviour: Behaviour) -> None:
        self.heard: list[bytes] = []
        self._behaviour = behaviour
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while not self._over.is_set():
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection:
            try:
                request = _whole(connection)
                self.heard.append(request)
                self._behaviour(connection, request)
            except OSError:
                return

    def close(self) -> None:
        self._over.set()
        self._socket.close()


@contextmanager
def _peer(behaviour: Behaviour) -> Iterator[tuple[HttpPeer, Listener]]:
    listener = Listener(behaviour)
    peer = HttpPeer(f"http://127.0.0.1:{listener.port}/v1", allowed_hosts=LOOPBACK)
    try:
        yield peer, listener
    finally:
        peer.close()
        listener.close()


def _says(status: str, body: bytes = b"", headers: str = "") -> Behaviour:
    def answer(connection: socket.socket, _request: bytes) -> None:
        connection.sendall(f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}\r\n".encode() + body)

    return answer


def _drips(opening: bytes, drop: bytes) -> Behaviour:
    def drip(connection: socket.socket, _request: bytes) -> None:
        connection.sendall(opening)
        for _ in range(200):
            connection.sendall(drop)
            time.sleep(0.02)

    return drip


def _hangs(connection: socket.socket, _request: bytes) -> None:
    connection.recv(1)


def _resets(connection: socket.socket, _request: bytes) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


def _fails(behaviour: Behaviour, deadline_s: float = 0.3) -> tuple[CallFailed, float]:
    with _peer(behaviour) as (peer, _):
        begun = time.monotonic()
        with pytest.raises(CallFailed) as failure:
            peer.request("GET", "/", deadline_s=deadline_s)
        return failure.value, time.monotonic() - begun


def test_an_answer_comes_whole_with_lower_case_header_names() -> None:
    with _peer(_says("201 Created", b'{"a":1}', "X-Thing: One\r\n")) as (peer, _):
        answer = peer.request("GET", "/")
    assert (answer.status, answer.ok, answer.json(), answer.headers["x-thing"]) == (201, True, {"a": 1}, "One")


def test_any_status_is_an_answer_and_a_redirect_is_not_followed() -> None:
    with _peer(_says("302 Found", b"", "Location: http://127.0.0.1:1/\r\n")) as (peer, listener):
        assert peer.request("GET", "/").status == 302
        assert len(listener.heard) == 1
    with _peer(_says("500 Oops", b"<html>")) as (peer, _):
        answer = peer.request("GET", "/")
        assert (answer.status, answer.ok) == (500, False)
        with pytest.raises(NotJson):
            answer.json()


def test_the_request_is_written_as_asked() -> None:
    with _peer(_says("200 OK")) as (peer, listener):
        peer.request("DELETE", "/a b/ü", query={"phone": "+33 6", "n": 1}, json_body={"x": "é"}, headers={"X-Key": "k"})
    head, _, body = listener.heard[0].partition(b"\r\n\r\n")
    assert head.startswith(b"DELETE /v1/a%20b/%C3%BC?phone=%2B33%206&n=1 HTTP/1.1\r\n")
    assert b"\r\nX-Key: k" in head
    assert b"\r\nContent-Type: application/json" in head
    assert body == b'{"x":"\\u00e9"}'


def test_a_post_without_a_body_says_so() -> None:
    with _peer(_says("200 OK")) as (peer, listener):
        peer.request("POST", "/")
    assert b"content-length: 0" in listener.heard[0].lower()


def test_nobody_listening_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(Unreachable):
        HttpPeer(f"http://127.0.0.1:{port}", allowed_hosts=LOOPBACK).request("GET", "/")


def test_a_name_that_does_not_exist_is_unreachable() -> None:
    host = "nobody.invalid"
    with pytest.raises(Unreachable):
        HttpPeer(f"http://{host}", allowed_hosts=frozenset({host})).request("GET", "/")


def test_a_header_that_cannot_be_written_is_never_sent() -> None:
    with _peer(_says("200 OK")) as (peer, listener):
        with pytest.raises(Unreachable):
            peer.request("GET", "/", headers={"X-Key": "a\r\nX-Admin: 1"})
        with pytest.raises(Unreachable):
            peer.request("GET", "/", headers={"X-Key": "clé"})
        assert not any(b"X-Admin" in heard for heard in listener.heard)


@pytest.mark.parametrize(
    "behaviour",
    [
        _hangs,
        _drips(b"HTTP/1.1 200 OK\r\nX-Long: ", b"a"),
        _drips(b"HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n", b"a"),
        _drips(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n"),
        _drips(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    ],
    ids=["silence", "header drip", "body drip", "chunk drip", "endless continue"],
)
def test_the_total_deadline_holds_whatever_the_peer_sends(behaviour: Behaviour) -> None:
    failure, seconds = _fails(behaviour)
    assert isinstance(failure, NoAnswer)
    assert seconds < 1.0


@pytest.mark.parametrize(
    "behaviour",
    [
        _resets,
        _says("not a status"),
        lambda connection, _request: connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort"),
        lambda connection, _request: connection.sendall(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100_000),
        lambda connection, _request: connection.sendall(b"\x00\xff" * 500),
        _says("200 OK", b"x" * (MAX_BODY + 1)),
    ],
    ids=["reset", "no status", "cut short", "endless headers", "garbage", "huge"],
)
def test_a_broken_answer_leaves_the_outcome_unknown(behaviour: Behaviour) -> None:
    failure, _ = _fails(behaviour, 2.0)
    assert isinstance(failure, NoAnswer)


def test_a_body_of_exactly_the_limit_is_read() -> None:
    with _peer(_says("200 OK", b"x" * MAX_BODY)) as (peer, _):
        assert len(peer.request("GET", "/").body) == MAX_BODY


def test_after_a_failure_the_next_call_works() -> None:
    turns = iter([_hangs, _says("200 OK", b"{}")])

    def one_after_the_other(connection: socket.socket, request: bytes) -> None:
        next(turns)(connection, request)

    with _peer(one_after_the_other) as (peer, _):
        with pytest.raises(NoAnswer):
            peer.request("GET", "/", deadline_s=0.2)
        assert peer.request("GET", "/").json() == {}


def test_only_hosts_on_the_list_are_called() -> None:
    for url in ("http://evil.test", "ftp://127.0.0.1", "http://127.0.0.1@evil.test/", "", "//127.0.0.1"):
        with pytest.raises(ValueError, match="host not allowed"):
            HttpPeer(url, allowed_hosts=LOOPBACK)
    HttpPeer("http://127.0.0.1:99", allowed_hosts=frozenset({"127.0.0.1:99"}))


def test_private_addresses_are_told_from_public_ones() -> None:
    private = [
        "127.0.0.1",
        "10.0.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "::1",
        "fd00::1",
        "::ffff:10.0.0.1",
        "100.64.0.1",
    ]
    assert not any(_is_public(address) for address in private)
    assert all(_is_public(address) for address in ("9.9.9.9", "2620:fe::fe"))


def test_an_answer_shows_no_body_when_printed() -> None:
    assert "secret" not in repr(Answer(200, {}, b"secret"))


def test_deeply_nested_json_is_not_json() -> None:
    with pytest.raises(NotJson):
        Answer(200, {}, b"[" * 100_000).json()
