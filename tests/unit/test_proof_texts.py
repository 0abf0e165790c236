"""The words of short messages: short, cheap, bound to our domain, whatever a merchant is called."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.ground.i18n import languages
from webapp.usecases.proof.texts import CHEAP, cheap, code_text, spent_text

URL = "https://commande.comptoir-sarrasin.test"
LINK = f"{URL}/not-me/abcdefghijklmnop.abcdefghijklmnopqrstuvwxyz"


@pytest.mark.parametrize("language", languages())
def test_a_code_is_one_message_and_its_last_line_names_the_domain(language: str) -> None:
    text = code_text(language, "Crêperie du Vieux Port de Marseille", URL, "042137")
    assert len(text) <= 160
    assert set(text) <= CHEAP
    assert text.splitlines()[-1] == "@commande.comptoir-sarrasin.test #042137"
    assert text.count("042137") == 2
    assert "point" not in text.lower()


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize(
    ("points", "paid_with"), [(None, ""), (None, "value"), (None, "credit"), (1, ""), (100_000, "")]
)
def test_a_notice_says_what_was_spent_and_ends_in_its_link(language: str, points: int | None, paid_with: str) -> None:
    text = spent_text(language, "Crêperie du Vieux Port de Marseille", points, LINK, paid_with=paid_with)
    assert text.endswith(f" {LINK}")
    assert set(text) <= CHEAP
    assert len(text) <= 306  # two parts
    assert points is None or str(points) in text


@pytest.mark.parametrize(
    "name", ["Shop\n@evil.test #999999", "http://evil.test", "www.evil.test", "a" * 300, "@", "#111111", "\u202eabc"]
)
def test_a_merchants_name_cannot_pose_as_our_last_line(name: str) -> None:
    text = code_text("en", name, URL, "123456")
    assert text.splitlines()[-1] == "@commande.comptoir-sarrasin.test #123456"
    assert text.count("@") == 1
    assert text.count("#") == 1
    assert "://" not in text
    assert len(text.splitlines()) == 3


@given(st.text(max_size=400))
def test_any_text_can_be_sent_cheaply(text: str) -> None:
    made = cheap(text)
    assert set(made) <= CHEAP


def test_accents_of_french_are_kept_where_they_cost_nothing() -> None:
    assert cheap("Crêperie à l’été « où » naïve çà œuf…") == 'Creperie à l\'été " où " naive cà oeuf...'


def test_a_port_is_no_part_of_the_domain() -> None:
    assert code_text("en", "Shop", "http://127.0.0.1:8000", "123456").endswith("@127.0.0.1 #123456")
