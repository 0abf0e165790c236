"""Templates compiled once in a process, for every application the tests make in it."""

from types import CodeType

from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache


class Compiled(BytecodeCache):
    """What Jinja made of each text of a template."""

    def __init__(self) -> None:
        """Nothing yet."""
        self._made: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give what is there."""
        bucket.code = self._made.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was made."""
        if bucket.code is not None:
            self._made[bucket.key, bucket.checksum] = bucket.code


_COMPILED = Compiled()


def share_templates(app: Flask) -> Flask:
    """`app`, which compiles no template that another has compiled."""
    app.jinja_env.bytecode_cache = _COMPILED
    return app
