"""The short code beside the QR code, for a camera that fails: drawn, printed and read back.

Twenty-one signs of which no two look alike, six of them: 86 million codes. That is far less than a QR code's 80 bits,
and enough: a guess finds a table of some restaurant once in thousands of years at the rate the door allows, and then
opens no more than a menu.
"""

import base64
import unicodedata

from webapp.ground.randomness import Randomness

# Without B and 8, D, O, Q and 0, G and 6, I and 1, S and 5, V, Z and 2: what is printed is read one way only.
SIGNS = "ACEFHJKLMNPRTUWXY3479"
LENGTH = 6
LONGEST_TYPED = 40


def draw_code(draw: Randomness) -> str:
    """A new code, such as `KX47PA`."""
    raw = draw.token(10).upper()
    number = int.from_bytes(base64.b32decode(raw), "big")
    signs = []
    for _ in range(LENGTH):
        number, place = divmod(number, len(SIGNS))
        signs.append(SIGNS[place])
    return "".join(signs)


def printed(code: str) -> str:
    """The code in two groups, as people read it out: `KX4 7PA`."""
    return f"{code[: LENGTH // 2]} {code[LENGTH // 2 :]}"


def read_typed(typed: str) -> str | None:
    """The code meant by what was typed, blanks and dashes apart; None when no code can look like this."""
    if len(typed) > LONGEST_TYPED:
        return None
    wide = unicodedata.normalize("NFKC", typed).upper()
    bare = "".join(sign for sign in wide if not sign.isspace() and sign not in "-–—.·")
    return bare if len(bare) == LENGTH and all(sign in SIGNS for sign in bare) else None
