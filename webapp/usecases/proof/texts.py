"""The words of short messages: one language, few signs, nothing that could mislead."""

import re
import unicodedata
from urllib.parse import urlsplit

from webapp.ground.i18n import translator

# The signs one message of 160 holds (GSM 03.38, without its second table); any other sign makes it 70.
CHEAP = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
LONGEST_NAME = 30
PLAIN = {
    "’": "'", "‘": "'", "«": '"', "»": '"', "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "\u00a0": " ",
    "\u202f": " ", "œ": "oe", "Œ": "OE",
}  # fmt: skip


def cheap(text: str) -> str:
    """`text` in the signs a message of 160 holds: accents it lacks are dropped, the rest becomes a question mark."""
    kept = []
    for char in unicodedata.normalize("NFC", text):
        plain = PLAIN.get(char, char)
        bare = unicodedata.normalize("NFKD", plain)[0]
        kept.append(plain if set(plain) <= CHEAP else bare if bare in CHEAP else "?")
    return "".join(kept)


def _name(merchant: str) -> str:
    # A name is the merchant's own text: no line, no address of its making may stand in a message of ours (X2).
    plain = re.sub(r"[@#]|https?:|www\.", "", " ".join(merchant.split()))
    return cheap(plain)[:LONGEST_NAME].strip()


def code_text(language: str, merchant: str, public_url: str, code: str) -> str:
    """The message with a one-time code; its last line binds it to our domain, so that telephones fill it in."""
    _ = translator(language).gettext
    words = _("%(name)s: your code is %(code)s. It works for 10 minutes. Never give it to anybody.") % {
        "name": _name(merchant),
        "code": code,
    }
    return f"{cheap(words)}\n\n@{urlsplit(public_url).hostname} #{code}"


def spent_text(language: str, merchant: str, points: int | None, link: str, *, paid_with: str = "") -> str:
    """The message to the owner when points (None: a reward bought before) are spent, with its "not me" link.

    `paid_with`: what paid for an order: `value`, a gift card or points as money; `credit`, the programme's credit.
    """
    speaks = translator(language)
    _, ngettext = speaks.gettext, speaks.ngettext
    name = _name(merchant)
    if paid_with == "credit":
        words = _("%(name)s: your credit just paid for an order. Not you? Block it:") % {"name": name}
    elif paid_with:
        words = _("%(name)s: your gift card or points just paid for an order. Not you? Block it:") % {"name": name}
    elif points is None:
        words = _("%(name)s: one of your rewards was just used. Not you? Block it:") % {"name": name}
    else:
        words = ngettext(
            "%(name)s: %(num)d of your points was just spent. Not you? Block it:",
            "%(name)s: %(num)d of your points were just spent. Not you? Block it:",
            points,
        ) % {"name": name, "num": points}
    return f"{cheap(words)} {link}"
