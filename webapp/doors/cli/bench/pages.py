"""The menu page: warm, unchanged and cold, and what a first visit weighs."""

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from time import sleep

from sqlalchemy import update

from webapp.doors.cli.bench import bare
from webapp.doors.cli.bench.house import MERCHANT
from webapp.doors.cli.bench.load import Browser, Line, drive, request
from webapp.doors.cli.bench.report import Failed, Figure, Load, at_most, compared
from webapp.doors.cli.bench.seats import STORE, Diner
from webapp.doors.cli.bench.servers import Server, gunicorn
from webapp.doors.cli.bench.stage import STORES, Stage
from webapp.nouns.catalog.shelf import SECONDS_KEPT
from webapp.nouns.merchant.models import Store

MENU = f"/r/{MERCHANT}/{STORE}/"
SQUEEZED = {"Accept-Encoding": "gzip, deflate, br"}
LINKED = re.compile(r'(?:href|src)="(/[^"]+\.(?:css|js|svg)[^"#]*)')
IMPORTED = re.compile(r'(?:import|from)\s*"(/[^"]+|\./[^"]+)"|@import\s+(?:url\()?"([^"]+)"')


@dataclass(frozen=True)
class Pair:
    """Our server and the bare one, running side by side; only one of them is under load at a time."""

    ours: Server
    bare: Server


@contextmanager
def pair(stage: Stage) -> Iterator[Pair]:
    """Both servers; the bare one holds the very bytes of our menu page."""
    page = stage.folder / "page.html.gz"
    environment = dict(stage.environment) | {bare.PAGE: str(page)}
    with ExitStack() as stack:
        ours = stack.enter_context(gunicorn("wsgi:app", environment, stage.folder, "ours"))
        diner = stage.seats.diners(1, lines=3)[0]
        page.write_bytes(Line(ours.port).ask(_menu(diner)).body)
        application = "webapp.doors.cli.bench.bare:create()"
        yield Pair(ours, stack.enter_context(gunicorn(application, environment, stage.folder, "bare")))


def _menu(diner: Diner, tag: str = "", store: str = STORE) -> bytes:
    more = {"If-None-Match": tag} if tag else {}
    return request("GET", f"/r/{MERCHANT}/{store}/", {"Cookie": diner.cookie, **SQUEEZED, **more})


def measured(server: Server, messages: list[bytes], status: int = 200) -> Load:
    """One round."""
    before = server.cpu_s()
    wall = drive(server.port, messages, status=status)
    return Load(len(messages), wall, server.cpu_s() - before)


def warm(stage: Stage, servers: Pair) -> list[Figure]:
    """A visitor with a basket opens the menu again and again; then with the name of the page it already holds."""
    diners = stage.seats.diners(8, lines=3)
    line = Line(servers.ours.port)
    tags = [line.ask(_menu(diner)).headers.get("etag", "") for diner in diners]
    if not all(tags):
        raise Failed("the menu page carries no ETag")
    count = stage.many(4000) // 8
    full = [_menu(diner) for diner in diners] * count
    unchanged = [_menu(diner, tag) for diner, tag in zip(diners, tags, strict=True)] * count
    plain = [request("GET", "/menu", {"Cookie": "x=y", **SQUEEZED})] * len(full)
    rounds: dict[str, list[Load]] = {"full": [], "unchanged": [], "bare": []}
    for _ in range(stage.rounds):
        rounds["full"].append(measured(servers.ours, full))
        rounds["bare"].append(measured(servers.bare, plain))
        rounds["unchanged"].append(measured(servers.ours, unchanged, 304))
    return [
        compared("menu of 96 products with basket, warm", rounds["full"], rounds["bare"], least=0.6),
        compared("the same, unchanged (304)", rounds["unchanged"], rounds["bare"], least=0.9),
    ]


def cold(stage: Stage, servers: Pair) -> Figure:
    """Each store's menu once after every change of all of them: nothing kept can be used."""
    diner = stage.seats.diners(1)[0]
    messages = [_menu(diner, store=f"s{at}") for at in range(STORES)]
    plain = [request("GET", "/cold")] * len(messages)
    ours: list[Load] = []
    bares: list[Load] = []
    for _ in range(stage.rounds):
        with stage.database.transaction() as session:
            session.execute(update(Store).values(menu_stamp=Store.menu_stamp + 1))
        sleep(SECONDS_KEPT + 0.1)
        ours.append(measured(servers.ours, messages))
        bares.append(measured(servers.bare, plain))
    return compared("menu, cold: every store changed", ours, bares, least=0.8)


def first_visit(servers: Pair) -> list[Figure]:
    """A browser that was never here: the page and everything it asks for before it is drawn, pictures aside."""
    line = Line(servers.ours.port)
    answer = line.ask(request("GET", MENU, SQUEEZED))
    page = Browser(Line(servers.ours.port)).get(MENU).body.decode()
    sizes, waiting = {MENU: len(answer.body)}, list(dict.fromkeys(LINKED.findall(page)))
    while waiting:
        path = waiting.pop()
        found = line.ask(request("GET", path, SQUEEZED))
        if found.status != 200:
            raise Failed(f"status {found.status} for {path}")
        sizes[path] = len(found.body)
        text = line.ask(request("GET", path)).body.decode("utf-8", "replace")
        folder = path.rpartition("/")[0]
        for absolute, relative in IMPORTED.findall(text):
            name = (absolute or relative).removeprefix("./")
            waiting += [p for p in [name if name.startswith("/") else f"{folder}/{name}"] if p not in sizes]
    parts = ", ".join(f"{path.rpartition('/')[2] or 'page'} {size / 1000:.1f}" for path, size in sizes.items())
    return [
        at_most("first visit, compressed, without pictures", sum(sizes.values()) / 1000, 30, "kB", parts),
        at_most("first visit, requests", len(sizes), 6, ""),
    ]


def memory(stage: Stage) -> list[Figure]:
    """The larger of two workers, as many as there are by default, after some hundred menus, baskets and last pages."""
    environment = dict(stage.environment) | {"PASSE_PLAT_WEB_WORKERS": "2"}
    shop = MENU.rstrip("/")
    with gunicorn("wsgi:app", environment, stage.folder, "two") as server:
        for diner in stage.seats.diners(stage.many(80), lines=3):
            headers = {"Cookie": diner.cookie, **SQUEEZED}
            menus = [
                _menu(diner),
                request("GET", f"{shop}/basket", headers),
                request("GET", f"{shop}/checkout", headers),
            ]
            drive(server.port, menus, status=200)
        resident, proportional = server.memory_mb()
    return [
        at_most("memory of a worker, resident", resident, 90, "MB"),
        at_most("memory of a worker, its share", proportional, 45, "MB", "application loaded before the fork"),
    ]
