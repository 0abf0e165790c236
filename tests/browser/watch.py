"""Whatever a browser complains about fails the test it happened in."""

from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, Response, WebError

GONE_ON = "net::ERR_ABORTED"  # the page was left before the answer came: nothing failed


class Watch:
    """Follows browser contexts and keeps what went wrong in any of them."""

    def __init__(self) -> None:
        """Nothing is expected to go wrong."""
        self.troubles: list[str] = []
        self._expected: set[int] = set()

    def expect(self, *statuses: int) -> None:
        """Answers with these statuses are part of the test."""
        self._expected |= set(statuses)

    def follow(self, context: BrowserContext) -> None:
        """Listen to every page of `context`."""
        context.on("console", self._console)
        context.on("weberror", self._error)
        context.on("requestfailed", self._failed)
        context.on("response", self._answer)

    def _console(self, message: ConsoleMessage) -> None:
        # Failed loads are judged by their status below.
        if message.type in {"error", "warning"} and not message.text.startswith("Failed to load resource"):
            self.troubles.append(f"console: {message.text}")

    def _error(self, error: WebError) -> None:
        self.troubles.append(f"script: {error.error}")

    def _failed(self, request: Request) -> None:
        if request.failure != GONE_ON:
            self.troubles.append(f"request: {request.method} {urlsplit(request.url).path} {request.failure}")

    def _answer(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self._expected:
            path = urlsplit(response.url).path
            self.troubles.append(f"answer: {response.request.method} {path} {response.status}")
