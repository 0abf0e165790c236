"""Fixtures every kind of test may ask for."""

import gc

from hypothesis import settings

pytest_plugins = ("tests.databases",)


# A busy machine is no wrong answer: no example is judged by how long it took.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")


def pytest_collection_finish() -> None:
    """Keep what was imported and collected out of every later look for garbage, and look less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
