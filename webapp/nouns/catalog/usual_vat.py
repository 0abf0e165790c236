"""VAT rates charged on food, drink or anything else, in basis points, by the currency they are charged in.

Only for a warning: a slip such as 55 for 5.5 % is nobody's rate, and a rate that was raised yesterday is not refused.
"""

_EURO = {
    "AT": (1000, 1300, 2000), "BE": (600, 1200, 2100), "BG": (900, 2000), "CY": (300, 500, 900, 1900),
    "DE": (700, 1900), "EE": (900, 1300, 2200, 2400), "ES": (400, 1000, 2100), "FI": (1000, 1350, 1400, 2550),
    "FR": (550, 1000, 2000), "FR overseas": (105, 210, 850), "GR": (600, 1300, 2400), "HR": (500, 1300, 2500),
    "IE": (480, 900, 1350, 2300), "IT": (400, 500, 1000, 2200), "LT": (500, 900, 1200, 2100),
    "LU": (300, 800, 1400, 1700), "LV": (500, 1200, 2100), "MT": (500, 700, 1200, 1800), "NL": (900, 2100),
    "PT": (400, 500, 600, 900, 1200, 1300, 1600, 2200, 2300), "SI": (500, 950, 2200), "SK": (500, 1900, 2300),
}  # fmt: skip

USUAL_VAT: dict[str, frozenset[int]] = {
    "EUR": frozenset({0, *(rate for rates in _EURO.values() for rate in rates)}),
    "GBP": frozenset({0, 500, 2000}),
    "CHF": frozenset({0, 260, 380, 810}),
    "SEK": frozenset({0, 600, 1200, 2500}),
    "DKK": frozenset({0, 2500}),
    "NOK": frozenset({0, 1200, 1500, 2500}),
    "PLN": frozenset({0, 500, 800, 2300}),
    "CZK": frozenset({0, 1200, 2100}),
}
