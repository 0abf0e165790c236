"""Rewards beside the menu: which SKUs of a reward are ours, which are other tills', which rewards match nothing."""

from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue

from webapp.doors.backoffice.frame import page
from webapp.doors.backoffice.guard import guarded, seat
from webapp.doors.backoffice.office import wiring
from webapp.doors.backoffice.present.loyalty import reward_kind_words
from webapp.doors.speech import _, language
from webapp.nouns.catalog.current import current_menu
from webapp.nouns.merchant.facts import stores_of
from webapp.ports.loyalty.port import AvailableReward, LoyaltyError, RewardKind


def register(door: Blueprint) -> None:
    """Add the address."""
    door.add_url_rule("/<merchant>/rewards", view_func=rewards)


def _named(merchant_id: int) -> dict[str, str]:
    """Every SKU on sale with its name."""
    with wiring().db.reading() as database:
        menu = current_menu(database, merchant_id)
    if menu is None:
        return {}
    spoken = language()
    things = [*menu.products, *menu.set_menus]
    return {one.sku: one.name.get(spoken) or next(iter(one.name.values())) for one in things}


def _row(reward: AvailableReward, names: dict[str, str]) -> dict[str, Any]:
    skus = reward.terms.skus
    free = reward.terms.kind is RewardKind.FREE_PRODUCT
    ours = [{"sku": sku, "name": names[sku]} for sku in skus if sku in names]
    return {
        "name": reward.terms.name or reward.reward_id,
        "kind": reward_kind_words(reward.terms.kind.value),
        "cost": reward.cost,
        "ours": ours,
        "foreign": [sku for sku in skus if sku not in names],
        "nothing": free and not ours,
    }


@guarded("manager")
def rewards(merchant: str) -> ResponseReturnValue:
    """As the programme lists them now, beside our SKUs."""
    with wiring().db.reading() as database:
        ours = stores_of(database, merchant)
    connection_id = ours[0].connection_id if ours else None
    program = wiring().programs.of(connection_id) if connection_id is not None else None
    listed: tuple[AvailableReward, ...] = ()
    trouble = None if program is not None else _("Connect the programme first.")
    if program is not None:
        try:
            listed = program.every_reward(deadline_s=wiring().page_seconds)
        except LoyaltyError:
            trouble = _("The programme does not show its rewards now. Try again in a minute.")
    names = _named(seat().merchant_id)
    return page(
        "rewards.html",
        rewards=[_row(one, names) for one in listed],
        skus=[{"sku": sku, "name": name} for sku, name in names.items()],
        trouble=trouble,
    )
