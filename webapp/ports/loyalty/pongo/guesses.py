"""The one place to change when real sandbox credentials teach us better (pongo.md section 13).

The vendor's pages hide most names from text copies; everything here that is not marked documented is our reading.
"""

from dataclasses import dataclass, field

PRODUCTION = "https://api.heypongo.com/v1"  # documented
SANDBOX = "https://sandbox-api.heypongo.com/v1"  # documented


@dataclass(frozen=True)
class Paths:
    """Routes below the base address."""

    authorize: str = "/oauth/form"  # documented
    me: str = "/oauth/me"  # documented
    rewards: str = "/rewards"  # documented
    exchange: str = "/oauth/token"
    stores: str = "/stores"
    customers: str = "/customers"
    customer_by_phone: str = "/customers/phone/{phone}"
    customer: str = "/customers/{customer_id}"
    owned: str = "/customers/{customer_id}/rewards"
    lock: str = "/customers/{customer_id}/rewards/lock"
    buy: str = "/rewards/{reward_id}/buy"
    use: str = "/rewards/{reward_id}/use"
    orders: str = "/orders"
    order: str = "/orders/{order_id}"


@dataclass(frozen=True)
class Names:
    """Names a field may have in an answer; the first one present wins."""

    token: tuple[str, ...] = ("access_token", "token", "jwt")
    points: tuple[str, ...] = ("points", "loyalty_points", "points_balance", "balance")
    customer_id: tuple[str, ...] = ("public_id", "id", "customer_public_id", "public_customer_id")
    reward_id: tuple[str, ...] = ("id", "public_id", "reward_id", "public_reward_id")
    owned_id: tuple[str, ...] = ("hash", "coupon_code")
    owned_reward_id: tuple[str, ...] = ("reward_id", "public_reward_id", "public_id", "id")
    cost: tuple[str, ...] = ("points", "cost", "price")
    value: tuple[str, ...] = ("value", "amount", "percentage", "discount")
    minimum: tuple[str, ...] = ("minimum_amount",)
    expiry: tuple[str, ...] = ("expires_at", "expiration_date", "valid_until")
    name: tuple[str, ...] = ("name", "title")
    used: tuple[str, ...] = ("is_used", "used_at")
    locked: tuple[str, ...] = ("is_locked", "locked_at")
    order_id: tuple[str, ...] = ("id", "public_id", "order_id")
    address: tuple[str, ...] = ("address", "full_address")


@dataclass(frozen=True)
class Words:
    """Values of the enumerations of an order; the copies lost the real ones, a 422 will list them."""

    channel_collect: str = "click_and_collect"
    channel_table: str = "order_and_pay"
    delivery_collect: str = "takeaway"
    delivery_table: str = "eat_in"
    status_closed: str = "closed"
    status_canceled: str = "canceled"
    delivery_status: str = "delivered"


@dataclass(frozen=True)
class Guesses:
    """Everything that may have to change, with today's safest reading as the default."""

    paths: Paths = field(default_factory=Paths)
    names: Names = field(default_factory=Names)
    words: Words = field(default_factory=Words)
    grant_type: str = "client_credentials"  # documented, although the flow is one of codes
    scope_separator: str = ","  # documented
    scopes: tuple[str, ...] = (
        "customer.create",
        "customer.read",
        "customer.update",
        "reward.read",
        "reward.update",
        "order.create",
        "order.read",
        "order.update",
    )
    free_product: str = "free_product"  # documented
    voucher_prefix: str = "voucher_"  # documented
    percent_marks: tuple[str, ...] = ("percent",)
    amount_marks: tuple[str, ...] = ("amount", "fixed", "value", "euro", "cash")
    send_has_optin: bool = True  # the guides name one attribute, the reference two booleans: send all three
    send_reward_ids: bool = False  # the guides name the lines


DEFAULT = Guesses()
