"""The two merchants' marks: square, legible at 32 pixels, on their own ground."""

_SARRASIN = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96"><rect width="96" height="96" rx="22" fill="#0f5e5a"/>'
    '<path d="M20 30Q20 22 28 22H68Q76 22 76 30V66Q76 74 68 74H28Q20 74 20 66Z" fill="#a0744d"/>'
    '<path d="M20 30Q48 46 76 30 74 22 68 22H28Q22 22 20 30Z'
    'M20 66Q48 50 76 66 74 74 68 74H28Q22 74 20 66Z" fill="#c39466"/>'
    '<path d="M31 35Q48 40 65 35 60 48 65 61 48 56 31 61 36 48 31 35Z" fill="#fff6df"/>'
    '<circle cx="48" cy="48" r="7" fill="#f5a623"/><circle cx="46" cy="46" r="2" fill="#ffd579"/></svg>\n'
)
_MISTRAL = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96"><rect width="96" height="96" rx="22" fill="#a8481c"/>'
    '<path d="M48 82V40" stroke="#ffe9c7" stroke-width="5" stroke-linecap="round"/>'
    '<g fill="#ffe9c7"><path d="M48 38Q38 28 48 14 58 28 48 38Z"/>'
    '<path d="M45 52Q30 50 30 34 44 36 45 52ZM51 52Q66 50 66 34 52 36 51 52Z"/>'
    '<path d="M45 70Q30 68 30 52 44 54 45 70ZM51 70Q66 68 66 52 52 54 51 70Z"/></g></svg>\n'
)
LOGOS = {"logo-comptoir-sarrasin.svg": _SARRASIN, "logo-fournil-mistral.svg": _MISTRAL}
