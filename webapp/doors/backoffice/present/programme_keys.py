"""Words of the form by which a programme is connected with keys."""

from webapp.doors.backoffice.present.loyalty import VENDORS
from webapp.doors.speech import _, ngettext
from webapp.usecases.setup.switching import Switch, Unmapped


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
        "items": (_("Dishes"), _("One a line: our SKU = their item; a paid option: a plus sign and its SKU or name")),
        "choices": (_("Rewards per order"), _("One, unless the programme said otherwise.")),
    }[name]
    return {"label": label, "hint": hint}


def switch_words(ends: Switch, new: str) -> dict[str, object]:
    """What connecting `new` means while another programme is connected."""
    old = VENDORS.get(ends.vendor, ends.vendor)
    way = ngettext("%(num)d message is on its way now.", "%(num)d messages are on their way now.", ends.under_way)
    return {
        "title": _("This ends %(old)s", old=old),
        "tick": _("I have read this: %(old)s ends", old=old),
        "words": [
            _("Diners see %(new)s from the next page on.", new=new),
            _("What baskets hold of %(old)s is taken out of them.", old=old),
            _("Orders paid with something of %(old)s, and refunds of orders it knows, still go to it.", old=old),
            *([way] if ends.under_way else []),
            _("Orders that only earn points and were not told yet wait until you have mapped your stores anew."),
            _("Points do not move from one programme to the other."),
        ],
    }


def unmapped_words(found: Unmapped) -> dict[str, str]:
    """What of the menu the programme has no name for."""
    listed = ", ".join(found.names) + (" …" if found.many > len(found.names) else "")
    title = ngettext(
        "%(num)d dish or paid option has no item there",
        "%(num)d dishes and paid options have no item there",
        found.many,
    )
    return {"title": title, "text": _("Orders with them cannot be priced or told there: %(names)s", names=listed)}


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
        "other_currency": _("Your shop sells in another currency than this account. Nothing was stored."),
        "no_vendor": _("There is nothing to be read."),
        "forbidden": _("These keys do not reach one of the stores. Nothing was stored."),
        "unreachable": _("The programme does not answer now. Nothing was stored; try again."),
    }.get(code, _("This cannot be used. Please check every field; nothing was stored."))
