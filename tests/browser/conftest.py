"""One demo for each test process, and people with phones who visit it."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import running
from tests.browser.diner import Diner
from tests.browser.running import Demo
from tests.browser.watch import Watch

People = Callable[..., Diner]
PHONE: dict[str, Any] = {
    "viewport": {"width": 360, "height": 740},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
)
LOCALES = {"en": "en-GB", "fr": "fr-FR"}
expect.set_options(timeout=10_000)


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Debian's Chromium, or the one the environment names."""
    return {"executable_path": os.environ.get("CHROMIUM", "/usr/bin/chromium"), "args": list(FLAGS)}


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The whole demo, running."""
    started = running.start(tmp_path_factory.mktemp("demo"))
    yield started
    started.stop()


@pytest.fixture
def watch() -> Iterator[Watch]:
    """Fails the test at its end when any browser complained."""
    watching = Watch()
    yield watching
    assert not watching.troubles, "\n".join(watching.troubles)


@pytest.fixture
def people(browser: Browser, demo: Demo, watch: Watch) -> Iterator[People]:
    """Makes people with a phone each, who speak English; keywords are Playwright's, and `language` and `script`."""
    contexts = []

    def person(*, language: str = "en", script: bool = True, **more: Any) -> Diner:
        demo.people += 1
        address = f"10.{demo.people // 200}.{demo.people % 200}.1"
        context = browser.new_context(
            **(PHONE | {"locale": LOCALES[language], "java_script_enabled": script} | more),
            extra_http_headers={"X-Forwarded-For": address},
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        watch.follow(context)
        return Diner(context.new_page(), demo, watch, language)

    yield person
    for context in contexts:
        context.close()


@pytest.fixture
def diner(people: People) -> Diner:
    """Somebody with a phone, who speaks English."""
    return people()


@pytest.fixture(scope="session")
def tables(demo: Demo) -> dict[str, str]:
    """The printed address of every table of the store, by label."""
    return demo.tables()
