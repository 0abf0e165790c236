"""A peer as a process of its own: it says where it listens, and serves until it is asked to end."""

import signal
import sys
import threading
from collections.abc import Callable
from typing import Protocol


class Serving(Protocol):
    """A peer that has its address."""

    @property
    def url(self) -> str: ...

    def start(self) -> None:
        """Answer, in threads of its own."""
        ...

    def stop(self) -> None:
        """Stop answering; its file keeps everything."""
        ...


def serve(name: str, make: Callable[[], Serving]) -> int:
    """Make the peer, serve until SIGINT or SIGTERM; the exit status. `name`: what it is called in sentences."""
    try:
        peer = make()
    except OSError as error:
        sys.stderr.write(f"The {name} cannot listen there: {error.strerror}.\n")
        return 1
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    peer.start()
    sys.stdout.write(f"{name} on {peer.url}\n")
    sys.stdout.flush()
    ended.wait()
    peer.stop()
    return 0
