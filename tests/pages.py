"""Reading our own pages: a small tree of elements, the forms in it, and the rules every page keeps."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser

from webapp.ground.i18n import DIRECTORY, read_catalog

VOID = {"meta", "link", "input", "img", "br", "hr", "source", "wbr"}
TELLING = 10


@dataclass
class Element:
    """An element with its attributes and children (elements and texts)."""

    tag: str
    attributes: dict[str, str]
    parent: "Element | None" = None
    children: list["Element | str"] = field(default_factory=list)

    def all(self, tag: str = "", **wanted: str) -> list["Element"]:
        """Every element below, of `tag` and with these attributes (`class_`: one of its classes)."""
        return [one for one in self._below() if one.fits(tag, wanted)]

    def first(self, tag: str = "", **wanted: str) -> "Element":
        """The first of `all`; fails when there is none."""
        found = self.all(tag, **wanted)
        assert found, f"no <{tag} {wanted}> in: {self.text[:300]}"
        return found[0]

    def fits(self, tag: str, wanted: dict[str, str]) -> bool:
        """Whether it is of this kind."""
        if tag and self.tag != tag:
            return False
        for name, value in wanted.items():
            have = self.attributes.get(name.rstrip("_").replace("_", "-"))
            if have is None or (value not in have.split() if name == "class_" else value != have):
                return False
        return True

    def _below(self) -> Iterator["Element"]:
        left: list[Element | str] = [*reversed(self.children)]
        while left:
            child = left.pop()
            if isinstance(child, Element):
                yield child
                left += reversed(child.children)

    def texts(self) -> Iterator[str]:
        """Its texts in order."""
        for child in self.children:
            if isinstance(child, str):
                yield child
            elif child.tag not in {"script", "style"}:
                yield from child.texts()

    @property
    def text(self) -> str:
        """What a reader reads."""
        return " ".join(" ".join(self.texts()).split())


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = Element("", {})
        self._open = self.root

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs}, self._open)
        assert len(element.attributes) == len(attrs), f"an attribute twice: {attrs}"
        self._open.children.append(element)
        if tag not in VOID:
            self._open = element

    def handle_endtag(self, tag: str) -> None:
        assert self._open.tag == tag, f"</{tag}> closes <{self._open.tag}>"
        assert self._open.parent is not None
        self._open = self._open.parent

    def handle_data(self, data: str) -> None:
        self._open.children.append(data)


def parsed(html: str) -> Element:
    """The tree of a page; fails on elements that do not close."""
    builder = _Builder()
    builder.feed(html)
    builder.close()
    assert builder._open is builder.root, f"<{builder._open.tag}> is never closed"
    return builder.root


def fields_of(form: Element, root: Element) -> list[tuple[str, str]]:
    """What a browser would send, without any button."""
    inside = form.all("input") + form.all("textarea") + form.all("select")
    name = form.attributes.get("id")
    inside += [one for one in root.all("input") if name and one.attributes.get("form") == name]
    return [pair for one in inside for pair in _values(one)]


def _values(control: Element) -> list[tuple[str, str]]:
    have = control.attributes
    if "name" not in have or "disabled" in have:
        return []
    if control.tag == "textarea":
        return [(have["name"], "".join(control.texts()))]
    if control.tag == "select":
        options = control.all("option")
        chosen = [one for one in options if "selected" in one.attributes] or options[:1]
        return [(have["name"], one.attributes["value"]) for one in chosen]
    if have.get("type") in {"radio", "checkbox"} and "checked" not in have:
        return []
    return [(have["name"], have.get("value", "on"))]


@cache
def _english_only() -> frozenset[str]:
    """English sentences that French pages say otherwise."""
    catalog = read_catalog(DIRECTORY / "fr.po", "fr")
    found = {str(one.id): str(one.string) for one in catalog if one.id and isinstance(one.id, str) and one.string}
    return frozenset(id_ for id_, text in found.items() if len(id_) >= TELLING and "%" not in id_ and id_ != text)


def check_rules(root: Element) -> None:
    """The rules every page keeps; fails with the first one broken."""
    page = root.first("html")
    language = page.attributes.get("lang")
    assert language in {"fr", "en"}, "no language"
    assert not root.all("style"), "a style element"
    every = root.all()
    ids = [one.attributes["id"] for one in every if "id" in one.attributes]
    assert len(ids) == len(set(ids)), f"an id twice: {[one for one in ids if ids.count(one) > 1][:3]}"
    for one in every:
        assert not [name for name in one.attributes if name == "style" or name.startswith("on")], one.attributes
        assert one.tag != "script" or one.attributes.get("src", "").startswith("/static/"), "an inline script"
        source = one.attributes.get("src") or (one.attributes.get("href", "") if one.tag == "link" else "")
        assert not source or (source.startswith("/") and not source.startswith("//")), f"from elsewhere: {source}"
        assert one.tag != "img" or {"alt", "width", "height"} <= one.attributes.keys(), "a picture that jumps"
    for form in root.all("form"):
        if form.attributes.get("method") == "post":
            assert form.all("input", name="csrf_token"), f"a form without a token: {form.attributes}"
    assert "%(" not in page.text, "an unfilled sentence"
    if language == "fr":
        left = {text.strip() for text in page.texts()} & _english_only()
        assert not left, f"English on a French page: {sorted(left)[:5]}"
