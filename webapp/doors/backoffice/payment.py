"""The payment desk, the owner's: at which account the merchant is paid, with keys that are never shown again."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from webapp.doors.backoffice.frame import go, moment_words, page, say
from webapp.doors.backoffice.guard import guarded, seat
from webapp.doors.backoffice.office import office, plugs, wiring
from webapp.doors.backoffice.present.payment import PROVIDERS, not_kept_words
from webapp.doors.speech import _
from webapp.nouns.merchant.payment_account import PaymentAccount, active_account
from webapp.usecases.payments import opened
from webapp.usecases.setup.payment import NotKept, Typed, keep_account, leave_account, try_account

PROVIDER = "stripe"


def register(door: Blueprint) -> None:
    """Add the addresses."""
    door.add_url_rule("/<merchant>/payment", view_func=payment)
    door.add_url_rule("/<merchant>/payment/keys", view_func=payment_keys, methods=["POST"])
    door.add_url_rule("/<merchant>/payment/test", view_func=payment_test, methods=["POST"])
    door.add_url_rule("/<merchant>/payment/leave", view_func=payment_leave, methods=["POST"])


def _shown(row: PaymentAccount) -> dict[str, object]:
    """What may be seen of an account: nothing of its secrets but how many callbacks may be signed with."""
    keys = opened(plugs().vault, row)
    return {
        "provider": PROVIDERS.get(row.provider, row.provider),
        "account": row.account,
        "live": row.livemode,
        "manual": row.capture == "manual",
        "changed": moment_words(row.changed_at),
        "readable": keys is not None,
        "secrets": len(keys.webhook_secrets) if keys is not None else 0,
        "way_back": f"{wiring().public_url}/callbacks/payment/{row.provider}/{row.callback_token}",
    }


def _page(error: str | None = None, typed: Typed | None = None) -> ResponseReturnValue:
    here = seat()
    with wiring().db.reading() as database:
        row = active_account(database, here.merchant_id)
    is_owner = here.post.may("owner")
    return page(
        "payment.html",
        status=422 if error else 200,
        slug=here.merchant,
        error=error,
        offered=PROVIDER in plugs().payment_accounts,
        pretended=office().settings.payment_provider == "sandbox",
        is_owner=is_owner,
        account=_shown(row) if row is not None else None,
        typed_account=typed.account if typed is not None else (row.account if row is not None else ""),
        manual=typed.manual if typed is not None else (row is not None and row.capture == "manual"),
    )


@guarded("manager")
def payment(merchant: str) -> ResponseReturnValue:
    """How things stand."""
    del merchant
    return _page()


@guarded("owner", recent=True)
def payment_keys(merchant: str) -> ResponseReturnValue:
    """Store what was typed, once the key has been seen to open the account."""
    here, form = seat(), request.form
    secrets = tuple(one for name in ("webhook_1", "webhook_2") if (one := form.get(name, "").strip()))
    typed = Typed(
        form.get("account", "").strip()[:100],
        form.get("secret_key", "").strip(),
        secrets,
        form.get("capture") == "manual",
    )
    only_live = office().settings.mode == "production"
    try:
        keep_account(wiring(), here.merchant_id, here.staff_id, PROVIDER, typed, only_live=only_live)
    except NotKept as refused:
        return _page(not_kept_words(refused.code), typed)
    say("success", _("Kept. New orders are paid at this account."))
    return go("payment", merchant=merchant)


@guarded("owner")
def payment_test(merchant: str) -> ResponseReturnValue:
    """Ask the provider whether the stored key still opens its account."""
    try:
        try_account(wiring(), seat().merchant_id)
    except NotKept as refused:
        return _page(not_kept_words(refused.code))
    say("success", _("The key works and opens this account."))
    return go("payment", merchant=merchant)


@guarded("owner", recent=True)
def payment_leave(merchant: str) -> ResponseReturnValue:
    """Take no payments there any more; refunds of earlier ones still go there."""
    here = seat()
    if leave_account(wiring(), here.merchant_id, here.staff_id):
        say("success", _("No new orders are paid there. Refunds of earlier orders still are."))
    return go("payment", merchant=merchant)
