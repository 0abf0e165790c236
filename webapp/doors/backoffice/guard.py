"""The one guard of the back office: who may pass is written on each view and checked here, before the view (A5).

Nobody signed in is sent to the sign-in page, whatever they asked for. Whoever has no post at the merchant of the
address, or asks for a store they do not work in, is told that there is no such page; whoever has a smaller role, 403.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from flask import Response, abort, current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from webapp.doors.backoffice.office import now, office, wiring
from webapp.ground.i18n import languages
from webapp.nouns.merchant.facts import StoreFacts, store_by_slugs
from webapp.nouns.staff import sessions
from webapp.nouns.staff.posts import Post, posts_of
from webapp.nouns.staff.sessions import SignedIn
from webapp.usecases.setup.connect import Asker
from webapp.usecases.staff.access import note_seen

COOKIE = "s"
ANYONE, SIGNED_IN = "anyone", "signed in"
LONGEST_NEXT = 300
View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Guard:
    """Who may pass.

    Attributes:
        role: `ANYONE`, `SIGNED_IN`, or the least role at the merchant of the address (`staff`, `manager`, `owner`).
        recent: the password must have been typed in this browser within 15 minutes, for what holds secrets.
    """

    role: str
    recent: bool = False


@dataclass(frozen=True)
class Seat:
    """Who is asking, and as what: their session and their post at the merchant of the address."""

    who: SignedIn
    post: Post

    @property
    def merchant(self) -> str:
        """The merchant's slug."""
        return self.post.merchant_slug

    @property
    def merchant_id(self) -> int:
        """The merchant's row: every query of a desk names it (A5)."""
        return self.post.merchant_id

    @property
    def asker(self) -> Asker:
        """The same, as use cases of the loyalty desk want it."""
        return Asker(self.post.staff_id, self.who.digest, self.post.merchant_id, self.post.merchant_slug)

    @property
    def staff_id(self) -> int:
        """Whose deed it is, for the log."""
        return self.post.staff_id


def guarded(role: str, *, recent: bool = False) -> Callable[[View], View]:
    """Write on a view who may pass; see `Guard`."""

    def mark(view: View) -> View:
        cast("Any", view).guard = Guard(role, recent)
        return view

    return mark


def seat() -> Seat:
    """Who is asking; only behind a guard that names a role."""
    return cast("Seat", g.seat)


def store() -> StoreFacts:
    """The store of the address: of this merchant, and one of theirs."""
    return cast("StoreFacts", g.desk_store)


def somebody() -> SignedIn | None:
    """Who is signed in in this browser, or nobody."""
    if "somebody" not in g:
        g.somebody, g.posts = None, []
        token = session.get(COOKIE)
        if isinstance(token, str):
            _read(token)
    return cast("SignedIn | None", g.somebody)


def posts() -> list[Post]:
    """Every post of whoever is signed in."""
    return cast("list[Post]", g.posts) if somebody() is not None else []


def _read(token: str) -> None:
    with wiring().db.reading() as database:
        found = sessions.signed_in(database, token, now())
        if found is None:
            return
        g.somebody, g.posts = found[0], posts_of(database, found[0].staff_id)
    if found[1]:
        note_seen(wiring(), found[0], now())


def remember(token: str) -> None:
    """Sign this browser in: a new session, and a new token for its forms."""
    session.pop("csrf_token", None)
    session[COOKIE] = token
    session.permanent = True


def forget() -> None:
    """Sign this browser out."""
    session.pop(COOKIE, None)
    session.pop("csrf_token", None)


def local(path: str) -> str:
    """`path` when it is one of the back office's own, else its front page (X4)."""
    parts = urlsplit(path) if len(path) <= LONGEST_NEXT and path.isascii() and path.isprintable() else None
    sound = parts and not parts.scheme and not parts.netloc and parts.path.startswith("/desk/") and "\\" not in path
    return path if sound else url_for("desk.front")


def _here() -> str:
    """Where to come back to: this page, or for a posted form the page it stood on."""
    if request.endpoint == "desk.connected":
        return request.path.rpartition("/")[0]  # its code and state are worth nothing to another session (A6)
    if request.method == "GET":
        return request.full_path.rstrip("?")
    came = urlsplit(request.referrer or "")
    return local(came.path) if came.netloc == request.host else url_for("desk.front")


def check() -> ResponseReturnValue | None:
    """Before every view of the door."""
    g.offered = languages()
    view = current_app.view_functions.get(request.endpoint or "")
    guard = getattr(view, "guard", None)
    if not isinstance(guard, Guard):
        abort(404)  # a view nobody has thought about opens for nobody
    if guard.role == ANYONE:
        return None
    who = somebody()
    if who is None:
        return redirect(url_for("desk.sign_in", next=_here()), 303)
    if guard.role != SIGNED_IN:
        _take_seat(who, guard)
    if guard.recent and not who.is_recent(now()):
        return redirect(url_for("desk.again", next=_here()), 303)
    return None


def passes_still() -> bool:
    """Ask once more, for a view that answers for long: whoever was signed out or lost their post hears no more."""
    for known in ("somebody", "posts", "now"):
        g.pop(known, None)
    try:
        return check() is None
    except HTTPException:
        return False


def _take_seat(who: SignedIn, guard: Guard) -> None:
    asked = request.view_args or {}
    post = next((one for one in posts() if one.merchant_slug == asked.get("merchant")), None)
    if post is None:
        abort(404)
    if "store" in asked:
        with wiring().db.reading() as database:
            found = store_by_slugs(database, post.merchant_slug, asked["store"])
        if found is None or not post.works_in(found.id):
            abort(404)
        g.desk_store = found
    if not post.may(guard.role):
        abort(403)
    g.seat = Seat(who, post)


def head(answer: Response) -> Response:
    """After every view: forms of the back office may also lead to a programme's own form (X4), never to a payment."""
    hosts = urlsplit(office().settings.pongo_base_url)
    answer.headers["Content-Security-Policy"] = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        f"manifest-src 'self'; form-action 'self' {hosts.scheme}://{hosts.netloc}; base-uri 'none'; "
        "frame-ancestors 'none'"
    )
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer
