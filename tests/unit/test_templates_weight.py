"""The first visit of the menu, weighed as the network carries it (look.md, "Weight")."""

import re
from pathlib import Path

import brotli
from jinja2 import Environment, FileSystemLoader, StrictUndefined

ROOT = Path(__file__).resolve().parents[2]
WORDS = re.findall(
    r"\w+",
    """tartine courgette roasted tomato basil toasted country bread onion soup aged twelve hours stove gratin vanilla
    burnt sugar served cold crack spoon ham mountain white sauce green salad lentil goat cheese mustard chives steak
    pepper beef mussels wine lemon tart chocolate mousse iced hibiscus ginger mint apple cider butter salted
    caramel buckwheat cod""",
)


def stylesheet() -> str:
    """The one stylesheet, concatenated as the app does it."""
    css = ROOT / "static/css"
    files = [css / "tokens.css", css / "base.css", *sorted((css / "components").glob("*.css"))]
    return "".join(path.read_text(encoding="utf-8") for path in files)


def script() -> str:
    """The one script: each import line of shop.js replaced by its module in a block."""
    js = ROOT / "static/js"
    text = (js / "shop.js").read_text(encoding="utf-8")
    return re.sub(r'^import "\./(.+)";$', lambda found: block(js / found[1]), text, flags=re.MULTILINE)


def block(module: Path) -> str:
    """A module whose names stay its own."""
    return "{\n" + module.read_text(encoding="utf-8") + "}"


def dish(number: int) -> dict[str, object]:
    """An invented dish whose words differ from its neighbours', as real ones do."""
    word = [WORDS[(number * 7 + step * 11) % len(WORDS)] for step in range(12)]
    return {
        "sku": f"D{number}",
        "url": f"/r/chain/store/d/D{number}",
        "name": " ".join(word[:3]).capitalize(),
        "description": " ".join(word[3:]),
        "price": f"€{5 + number % 19}.{number % 10}0",
        "starts_at": number % 4 == 0,
        "picture": f"/static/demo/{word[0]}-{word[1]}.svg?v={number:08x}",
        "off": "Sold out" if number % 31 == 0 else None,
        "diets": [{"code": "vegan", "label": "Vegan"}] if number % 3 == 0 else [],
        "codes": "vegan" if number % 3 == 0 else "",
        "allergens": ", ".join(word[1 : number % 4]) or None,
        "quick": number % 4 > 0,
    }


def shell() -> dict[str, object]:
    """What every page is told."""
    return {
        "lang": "en",
        "languages": [{"code": "fr", "name": "Français"}, {"code": "en", "name": "English"}],
        "csrf_token": "t" * 90,
        "here": "/r/chain/store/",
        "brand": {
            "name": "Chain",
            "home": "/r/chain/",
            "css": "/r/chain/brand.css",
            "logo": None,
            "legal": "/r/chain/legal",
        },
        "back": None,
        "points_url": "/r/chain/store/loyalty",
    }


def menu_page() -> str:
    """A menu of 96 products with three lines in the basket."""
    environment = Environment(
        loader=FileSystemLoader(ROOT / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
    )
    environment.globals |= {
        "asset": lambda path: f"/static/{path}?v=0123abcd",
        "_": lambda text, **values: text % values if values else text,
        "ngettext": lambda one, many, num: (one if num == 1 else many) % {"num": num},
    }
    line = {"quantity": 2, "name": "Galette", "details": "Egg, mushrooms", "total": "€17.00"}
    return environment.get_template("shop/menu.html").render(
        **shell(),
        store={"name": "Store", "address": "1 street", "key": "chain/store"},
        place={"store": "Store", "address": None, "mode": "table", "words": "Table 12", "change": None},
        notices=[],
        diets=[{"code": code, "label": code.capitalize()} for code in ("vegetarian", "vegan", "halal")],
        basket={"count": 6, "total": "€51.00", "url": "/r/chain/store/basket", "message": "", "lines": [line] * 3},
        categories=[
            {"id": f"c{part}", "name": WORDS[part * 5], "note": "", "dishes": [dish(part * 12 + n) for n in range(12)]}
            for part in range(8)
        ],
    )


def carried(text: str) -> int:
    """Bytes on the wire."""
    return len(brotli.compress(text.encode(), quality=5))


def test_our_own_script_stays_below_eight_kilobytes() -> None:
    assert carried(script()) < 8_000


def test_the_first_visit_of_a_menu_of_96_products_stays_below_thirty_kilobytes() -> None:
    assert carried(menu_page()) + carried(stylesheet()) + carried(script()) <= 30_000


def test_the_first_visit_needs_at_most_six_requests_and_no_third_party() -> None:
    page = menu_page()
    head = page[: page.index("</head>")]
    asked = re.findall(r'(?:href|src)="([^"]+)"', head)
    assert len(asked) + 1 <= 6
    assert all(address.startswith("/") for address in asked)


def test_every_module_of_the_script_stands_alone() -> None:
    for path in (ROOT / "static/js").glob("*.js"):
        text = path.read_text(encoding="utf-8")
        asks = [line for line in text.splitlines() if re.match(r"(import|export)\b", line)]
        entry = path.name in {"shop.js", "desk.js", "kiosk.js"}  # one bundle each; an entry is a list of modules alone
        assert not asks or entry
        assert not entry or all(line in asks or line.startswith("//") or not line for line in text.splitlines())
        assert not re.search(r"\beval\(|new Function|innerHTML|document\.write", text)
