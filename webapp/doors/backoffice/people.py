"""The people desk, the owner's: who works here, inviting, letting go."""

from collections.abc import Sequence

from flask import Blueprint, abort, request, url_for
from flask.typing import ResponseReturnValue

from webapp.doors.backoffice.frame import go, moment_words, page, say
from webapp.doors.backoffice.guard import guarded, seat
from webapp.doors.backoffice.office import now, plugs, wiring
from webapp.doors.backoffice.words import role_words
from webapp.doors.speech import _
from webapp.nouns.merchant.facts import StoreFacts, stores_of
from webapp.nouns.staff import links, post_box
from webapp.nouns.staff.posts import ROLES, colleagues, plain_email
from webapp.ports.mail.port import Mail
from webapp.usecases.staff import people as staff


def register(door: Blueprint) -> None:
    """Add the addresses."""
    door.add_url_rule("/<merchant>/people", view_func=people)
    door.add_url_rule("/<merchant>/people", view_func=invite, methods=["POST"])
    door.add_url_rule("/<merchant>/people/<int:post>/dismiss", view_func=dismiss, methods=["POST"])
    door.add_url_rule("/<merchant>/people/withdraw", view_func=withdraw, methods=["POST"])


def _where(stores: Sequence[StoreFacts], ids: Sequence[int] | None) -> str:
    if ids is None:
        return _("all stores")
    return ", ".join(one.name for one in stores if one.id in ids) or _("no store")


def _page(error: str | None = None, link: str | None = None) -> ResponseReturnValue:
    here = seat()
    with wiring().db.reading() as database:
        stores = stores_of(database, here.merchant)
        rows = colleagues(database, here.merchant_id)
        waiting = links.open_invitations(database, here.merchant_id, now())
        lost = post_box.given_up(database, [staff.mail_key(one.digest) for one in waiting])
    have = [
        {
            "id": post.id,
            "name": person.name or person.email,
            "email": person.email,
            "role": role_words(post.role),
            "where": _where(stores, post.store_ids),
            "self": person.id == here.staff_id,
        }
        for post, person in rows
    ]
    invited = [
        {
            "digest": one.digest,
            "email": one.email,
            "role": role_words(one.role),
            "until": moment_words(one.expires_at),
            "lost": staff.mail_key(one.digest) in lost,
        }
        for one in waiting
    ]
    return page(
        "people.html",
        status=422 if error else 200,
        people=have,
        invited=invited,
        roles=[{"code": role, "name": role_words(role)} for role in ROLES],
        stores=[{"id": one.id, "name": one.name} for one in stores],
        error=error,
        link=link,
        slug=here.merchant,
    )


@guarded("owner")
def people(merchant: str) -> ResponseReturnValue:
    """Who works here."""
    del merchant
    return _page()


@guarded("owner", recent=True)
def invite(merchant: str) -> ResponseReturnValue:
    """Mail somebody a link; where no mail leaves, the link is shown once to be passed on."""
    here = seat()
    email, role = plain_email(request.form.get("email", "")), request.form.get("role", "")
    if email is None:
        return _page(_("Type a whole e-mail address."))
    if role not in ROLES:
        abort(400)
    with wiring().db.reading() as database:
        ours = {one.id for one in stores_of(database, merchant)}
    chosen = sorted(ours & {int(text) for text in request.form.getlist("store") if text.isdecimal() and len(text) < 10})
    offer = links.Offer(email, here.merchant_id, role, tuple(chosen) if chosen and role == "staff" else None)
    base, name = wiring().public_url, here.post.merchant_name

    def write(token: str) -> Mail:
        link = base + url_for("desk.invitation", token=token)
        said = _("%(merchant)s invites you to its desk. The link works for 7 days:\n%(link)s", merchant=name, link=link)
        return Mail(email, _("Your invitation to %(merchant)s", merchant=name), said)

    token = staff.invite(wiring(), here.staff_id, offer, write)
    if plugs().mail is None:
        return _page(link=base + url_for("desk.invitation", token=token))
    say("success", _("The invitation is on its way to %(email)s.", email=email))
    return go("people", merchant=merchant)


@guarded("owner", recent=True)
def dismiss(merchant: str, post: int) -> ResponseReturnValue:
    """End somebody's post."""
    here = seat()
    with wiring().db.reading() as database:
        if post not in {one.id for one, _person in colleagues(database, here.merchant_id)}:
            abort(404)
    if not staff.let_go(wiring(), here.staff_id, here.merchant_id, post):
        return _page(_("That did not work: the last owner stays."))
    say("success", _("They can no longer open this desk."))
    return go("people", merchant=merchant)


@guarded("owner")
def withdraw(merchant: str) -> ResponseReturnValue:
    """Take an invitation back."""
    here = seat()
    if not staff.take_back(wiring(), here.staff_id, here.merchant_id, request.form.get("digest", "")):
        abort(404)
    say("success", _("The invitation works no more."))
    return go("people", merchant=merchant)
