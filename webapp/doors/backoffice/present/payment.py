"""Words of the payment desk."""

from webapp.doors.speech import _

PROVIDERS = {"stripe": "Stripe"}


def not_kept_words(code: str) -> str:
    """Why an account was not stored, or a stored key does not work, and what to do."""
    return {
        "no_provider": _("This site is not set up for payments at Stripe; ask its operator."),
        "account": _("The account's id begins with acct_; Stripe shows it under Settings, Account."),
        "secret_key": _("The secret key begins with sk_live_ or rk_live_ (sk_test_ for trying). Paste it whole."),
        "webhook_secrets": _("A signing secret begins with whsec_. Paste it whole."),
        "test_key": _("This is a test key: no money would move. Paste the live one."),
        "credentials": _("Stripe does not accept this key. Nothing was changed."),
        "may_not_tell": _("This restricted key may not read its account: allow that in Stripe, then try again."),
        "other_account": _("This key opens another account than the one named. Nothing was changed."),
        "no_answer": _("Stripe does not answer now. Nothing was changed; try again in a minute."),
        "none": _("There is no account to test yet."),
    }[code]
