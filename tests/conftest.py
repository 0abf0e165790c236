"""Fixtures every kind of test may ask for."""

import gc

pytest_plugins = ("tests.databases",)


def pytest_collection_finish() -> None:
    """Keep what was imported and collected out of every later look for garbage, and look less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
