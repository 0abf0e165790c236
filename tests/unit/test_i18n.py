"""The interface speaks every language it offers, completely."""

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from webapp.ground.i18n import DIRECTORY, languages, read_catalog, translator
from webapp.translations.extract import faults, sentences, update

PYTHON = 'def view(_, ngettext, n):\n    return _("Your basket"), ngettext("%(num)s point", "%(num)s points", n)\n'
PAGE = "{% extends 'x' %}<p>{{ _('Table %(name)s', name=table) }}</p>{% trans %}Pay now{% endtrans %}"


@pytest.fixture
def spoken(tmp_path: Path) -> Catalog:
    (tmp_path / "webapp" / "doors").mkdir(parents=True)
    (tmp_path / "templates" / "shop").mkdir(parents=True)
    (tmp_path / "webapp" / "doors" / "view.py").write_text(PYTHON)
    (tmp_path / "templates" / "shop" / "page.html").write_text(PAGE)
    return sentences(tmp_path)


def _french(**texts: str | tuple[str, str]) -> Catalog:
    whole: dict[str, str | tuple[str, str]] = {
        "basket": "Votre panier",
        "points": ("%(num)s point", "%(num)s points"),
        "table": "Table %(name)s",
        "pay": "Payer",
    }
    texts = whole | texts
    catalog = Catalog(locale="fr")
    catalog.add("Your basket", texts["basket"])
    catalog.add(("%(num)s point", "%(num)s points"), texts["points"])
    catalog.add("Table %(name)s", texts["table"])
    catalog.add("Pay now", texts["pay"])
    return catalog


def test_sentences_are_found_in_code_and_in_templates(spoken: Catalog) -> None:
    found = {message.id for message in spoken if message.id}
    assert found == {"Your basket", ("%(num)s point", "%(num)s points"), "Table %(name)s", "Pay now"}


def test_a_complete_translation_has_no_fault(spoken: Catalog) -> None:
    assert list(faults(spoken, _french())) == []


def test_a_singular_may_leave_the_number_out(spoken: Catalog) -> None:
    assert list(faults(spoken, _french(points=("un point", "%(num)s points")))) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"basket": ""}, "missing: 'Your basket'"),
        ({"table": "Table %(nom)s"}, "placeholders differ: 'Table %(name)s'"),
        ({"table": "Table"}, "placeholders differ: 'Table %(name)s'"),
        ({"points": ("%(num)s point", "des points")}, "placeholders differ"),
        ({"points": ("%(num)s point", "")}, "missing"),
    ],
)
def test_each_fault_of_a_translation_is_named(
    spoken: Catalog, change: dict[str, str | tuple[str, str]], fault: str
) -> None:
    (only,) = faults(spoken, _french(**change))
    assert only.startswith(fault)


def test_a_sentence_nobody_says_any_more_is_named(spoken: Catalog) -> None:
    french = _french()
    french.add("Goodbye", "Au revoir")
    assert list(faults(spoken, french)) == ["no longer said: 'Goodbye'"]


def test_a_doubtful_translation_is_named(spoken: Catalog) -> None:
    french = _french()
    french.add("Pay now", "Payer", flags=["fuzzy"])
    assert list(faults(spoken, french)) == ["not sure (fuzzy): 'Pay now'"]


def test_updating_keeps_translations_adds_new_sentences_and_changes_nothing_twice(
    tmp_path: Path, spoken: Catalog
) -> None:
    path = tmp_path / "fr.po"
    path.write_text('msgid ""\nmsgstr ""\n\nmsgid "Pay now"\nmsgstr "Payer"\n\nmsgid "Goodbye"\nmsgstr "Au revoir"\n')
    update(path, "fr", spoken)
    once = path.read_bytes()
    update(path, "fr", spoken)
    catalog = read_catalog(path, "fr")
    assert path.read_bytes() == once
    assert catalog["Pay now"].string == "Payer"
    assert catalog.get("Goodbye") is None
    assert catalog.get("Your basket") is not None


def test_english_is_its_own_key_and_an_unknown_language_is_english() -> None:
    for language in ("en", "xx"):
        speaks = translator(language)
        assert speaks.gettext("Your basket") == "Your basket"
        assert speaks.ngettext("%(num)s point", "%(num)s points", 2) == "%(num)s points"


def test_french_is_offered() -> None:
    assert languages() == ("en", "fr")


@pytest.mark.parametrize("language", [language for language in languages() if language != "en"])
def test_nothing_is_left_untranslated(language: str) -> None:
    assert list(faults(sentences(), read_catalog(DIRECTORY / f"{language}.po", language))) == []
