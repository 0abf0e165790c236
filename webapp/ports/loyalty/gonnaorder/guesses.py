"""The one place to change when the vendor teaches us better (gonnaorder.md section 8)."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Paths:
    """Routes below the two base addresses."""

    login: str = "/api/v1/auth/login"  # documented, on the login host
    vouchers: str = "/api/v1/stores/{store}/loyalty/customer-vouchers"  # documented
    validate: str = "/api/v1/stores/{store}/customer-voucher/validate/order"  # documented
    external_order: str = "/api/v1/stores/{store}/external-order"  # documented
    store: str = "/api/v1/stores/{store}"  # seen at third parties; used only to try credentials


@dataclass(frozen=True)
class Guesses:
    """Everything that may have to change, with today's safest reading as the default."""

    paths: Paths = field(default_factory=Paths)
    not_found: str = "member not found"  # documented text, its status is not: 404 and 200 are both read
    loyalty_source: str = "LOYALTY"  # documented; any other source is read as a store's own voucher
    monetary: str = "MONETARY"  # documented
    percentage: str = "PERCENTILE"  # documented, their word for a percentage
    jwt: tuple[str, ...] = ("jwt",)  # below `tokens`, documented
    header_in_answer: str = "Authorization"  # the seed's wording, read when there are no tokens


DEFAULT = Guesses()
