"""The hosted page's own words, in its own two languages: this peer is not part of the shop."""

from collections.abc import Mapping
from decimal import Decimal

ZERO_DECIMALS = {"JPY", "KRW", "XPF", "XOF"}
SIGNS = {"EUR": "€", "USD": "$", "GBP": "£"}

ENGLISH = {
    "title": "Payment",
    "test_mode": "Test page: no real money moves",
    "to": "To",
    "card": "Test card",
    "pay": "Pay {amount}",
    "cancel": "Cancel and go back",
    "other": "Try another ending",
    "confirm": "My bank asks me to confirm",
    "decline": "The card is refused",
    "close": "Pay, then close the tab",
    "twice": "Pay twice",
    "refused_title": "Card refused",
    "refused": "Nothing was charged. You can try again.",
    "captured_title": "Paid",
    "captured": "Your payment of {amount} went through.",
    "authorized_title": "Authorised",
    "authorized": "The amount is reserved; the merchant has not taken it yet.",
    "failed_title": "Payment failed",
    "failed": "Too many refusals. Nothing was charged.",
    "expired_title": "This payment page has expired",
    "expired": "Nothing was charged. Go back to order again.",
    "closed_title": "Paid",
    "closed": "{amount} was taken. You may close this tab now: nothing sends you back to the shop.",
    "back": "Back to {merchant}",
    "bank": "Your bank",
    "bank_title": "Confirm this payment",
    "bank_text": "{merchant} asks for {amount}.",
    "bank_yes": "Confirm {amount}",
    "bank_no": "Refuse",
    "panel": "For testers: callbacks and amounts",
    "timing": "Callbacks to the shop",
    "capture": "What is taken",
    "late_s": "Seconds late",
    "save": "Use for this payment",
    "saved": "Kept for this payment.",
    "normal": "At once",
    "late": "Late",
    "twice_callbacks": "Each one twice",
    "out_of_order": "Out of order",
    "before_redirect": "Before you are sent back",
    "never": "Never",
    "exact": "The right amount",
    "wrong_amount": "A wrong amount (1.00 more)",
    "wrong_currency": "A wrong currency",
    "authorize_only": "Reserved only, not taken",
    "ledger": "See the ledger",
}

FRENCH = {
    "title": "Paiement",
    "test_mode": "Page d’essai : aucun argent réel",
    "to": "À",
    "card": "Carte d’essai",
    "pay": "Payer {amount}",
    "cancel": "Annuler et revenir",
    "other": "Essayer une autre issue",
    "confirm": "Ma banque demande une confirmation",
    "decline": "La carte est refusée",
    "close": "Payer, puis fermer l’onglet",
    "twice": "Payer deux fois",
    "refused_title": "Carte refusée",
    "refused": "Rien n’a été débité. Vous pouvez réessayer.",
    "captured_title": "Payé",
    "captured": "Votre paiement de {amount} est passé.",
    "authorized_title": "Autorisé",
    "authorized": "Le montant est réservé ; le commerçant ne l’a pas encore encaissé.",
    "failed_title": "Paiement refusé",
    "failed": "Trop de refus. Rien n’a été débité.",
    "expired_title": "Cette page de paiement a expiré",
    "expired": "Rien n’a été débité. Revenez pour commander à nouveau.",
    "closed_title": "Payé",
    "closed": "{amount} ont été débités. Vous pouvez fermer cet onglet : rien ne vous renvoie vers la boutique.",
    "back": "Revenir chez {merchant}",
    "bank": "Votre banque",
    "bank_title": "Confirmez ce paiement",
    "bank_text": "{merchant} demande {amount}.",
    "bank_yes": "Confirmer {amount}",
    "bank_no": "Refuser",
    "panel": "Pour les testeurs : rappels et montants",
    "timing": "Rappels à la boutique",
    "capture": "Ce qui est débité",
    "late_s": "Secondes de retard",
    "save": "Utiliser pour ce paiement",
    "saved": "Retenu pour ce paiement.",
    "normal": "Tout de suite",
    "late": "En retard",
    "twice_callbacks": "Chacun deux fois",
    "out_of_order": "Dans le désordre",
    "before_redirect": "Avant votre retour",
    "never": "Jamais",
    "exact": "Le bon montant",
    "wrong_amount": "Un montant faux (1,00 de plus)",
    "wrong_currency": "Une devise fausse",
    "authorize_only": "Réservé seulement, pas débité",
    "ledger": "Voir le registre",
}

TEXTS: Mapping[str, Mapping[str, str]] = {"en": ENGLISH, "fr": FRENCH}


def money(amount: int, currency: str, language: str) -> str:
    """Minor units as people write them: `€24.50`, `24,50 €`."""
    decimals = 0 if currency in ZERO_DECIMALS else 2
    number = f"{Decimal(amount).scaleb(-decimals):,.{decimals}f}"
    sign = SIGNS.get(currency)
    if language == "fr":
        french = number.replace(",", "\u202f").replace(".", ",")
        return f"{french}\u00a0{sign or currency}"
    return f"{sign}{number}" if sign else f"{number}\u00a0{currency}"
