"""Words of the form by which a programme is connected with keys."""

from webapp.doors.speech import _


def field_words(name: str) -> dict[str, str]:
    """Label and hint of a field."""
    label, hint = {
        "currency": (_("Currency"), _("Three letters, such as EUR.")),
        "username": (_("Account"), ""),
        "password": (_("Password of the account"), ""),
        "fixed_token": (_("Fixed token, in place of an account"), ""),
        "store_tokens": (_("Stores with a token of their own"), _("One a line: store number = token")),
        "enabled": (_("The programme is on"), _("Off: no call is ever made.")),
        "brand": (_("Brand"), _("Its number or name at the programme.")),
        "store_keys": (_("Keys"), _("One a line: store = key")),
        "worths": (_("What each reward does"), _("One a line: reward = 5.00, or 10 %, or the SKUs it makes free")),
        "point_value": (_("Cents one point pays"), _("Empty: points do not pay.")),
        "application": (_("Application key"), ""),
        "venues": (_("Venues"), _("One a line: store = id of the venue. The rest is read from the programme.")),
        "items": (_("Dishes"), _("One a line: our SKU = their item")),
        "choices": (_("Rewards per order"), _("One, unless the programme said otherwise.")),
    }[name]
    return {"label": label, "hint": hint}


def refusal_words(code: str) -> str:
    """Why nothing was stored."""
    return {
        "currency": _("A currency has three letters, such as EUR."),
        "nothing": _("Type an account with its password, or a token."),
        "half": _("An account needs its password, and a password its account."),
        "stores": _("Each line needs a store number, an equals sign and a token, each store once."),
        "keys": _("Each line needs a store, an equals sign and its key; at least one."),
        "worth": _("What a reward does is an amount, a percentage up to 100, or SKUs; a point pays whole cents."),
        "application": _("The application key and the brand are both needed."),
        "venues": _("Each line needs a store, an equals sign and the id of its venue; at least one."),
        "items": _("Each line needs one of your SKUs, an equals sign and the item, each SKU once."),
        "refused": _("The programme refuses these keys. Nothing was stored."),
        "forbidden": _("These keys do not reach one of the stores. Nothing was stored."),
        "unreachable": _("The programme does not answer now. Nothing was stored; try again."),
    }.get(code, _("This cannot be used. Please check every field; nothing was stored."))
