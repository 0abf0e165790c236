"""House rules every template keeps, read from their sources and checked on real renderings elsewhere."""

import re
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates"
NAMES = sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html"))
CLASSES = re.compile(r"\{% block body_class %\}.*?\{% endblock %\}")
PAGES = [name for name in NAMES if name.startswith("shop/")]


def source(name: str) -> str:
    """The template without its comments."""
    return re.sub(r"\{#.*?#\}", "", (TEMPLATES / name).read_text(encoding="utf-8"), flags=re.DOTALL)


def tags(name: str, tag: str) -> list[str]:
    """Every opening tag of that kind, Jinja inside attributes included."""
    return re.findall(rf"<{tag}\b(?:\{{\{{.*?\}}\}}|\{{%.*?%\}}|[^>])*>", source(name), flags=re.DOTALL)


@pytest.mark.parametrize("name", NAMES)
def test_every_template_compiles(name: str) -> None:
    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, extensions=["jinja2.ext.i18n"])
    environment.get_template(name)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_in_a_template_needs_an_exception_from_the_content_policy(name: str) -> None:
    text = source(name)
    assert not re.search(r"<style\b|\sstyle=|\son[a-z]+=|javascript:", text)
    assert all("src=" in tag for tag in tags(name, "script"))


@pytest.mark.parametrize("name", NAMES)
def test_no_template_switches_escaping_off(name: str) -> None:
    assert not re.search(r"\|\s*safe\b|autoescape", source(name))


@pytest.mark.parametrize("name", NAMES)
def test_every_posting_form_carries_the_token(name: str) -> None:
    for form in re.findall(r"<form\b.*?</form>", source(name), flags=re.DOTALL):
        if 'method="post"' in form:
            assert "csrf(csrf_token)" in form or 'name="csrf_token"' in form


@pytest.mark.parametrize("name", NAMES)
def test_every_picture_reserves_its_place_and_has_a_text(name: str) -> None:
    for tag in tags(name, "img"):
        assert {"width=", "height=", "alt="} <= {part for part in ("width=", "height=", "alt=") if part in tag}


@pytest.mark.parametrize("name", PAGES)
def test_every_page_says_first_what_it_expects(name: str) -> None:
    assert (TEMPLATES / name).read_text(encoding="utf-8").startswith("{#-")


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("components/")])
def test_every_component_that_draws_has_a_stylesheet_of_its_name(name: str) -> None:
    stylesheet = ROOT / "static/css/components" / f"{Path(name).stem}.css"
    assert stylesheet.exists()


def test_no_template_speaks_outside_the_catalogue_of_sentences() -> None:
    for name in NAMES:
        without_jinja = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", " ", CLASSES.sub(" ", source(name)), flags=re.DOTALL)
        words = re.sub(r"<!--.*?-->|<[^>]*>", " ", without_jinja, flags=re.DOTALL)
        assert set(re.findall(r"[A-Za-z]{3,}", words)) <= {"Passe", "plat"}, name
