"""What is sent to GonnaOrder; amounts are decimals in major units (gonnaorder.md section 4)."""

from typing import Any

from webapp.ground.money import major
from webapp.ports.loyalty.paid_order import PaidOrder

OF_A_VOUCHER = frozenset({"owned", "code"})


def validation(code: str, total: int, currency: str) -> dict[str, Any]:
    """A voucher held against an order of `total` minor units, before any discount."""
    return {"voucherCode": code, "totalNonDiscountedPrice": float(major(total, currency))}


def voucher_code(order: PaidOrder) -> str:
    """The voucher this order used up, "" when none."""
    return next((one.code or one.id for one in order.used if one.kind in OF_A_VOUCHER), "")


def discount(order: PaidOrder) -> int:
    """What the voucher took off, minor units; the merchant's own coupons are no business of theirs."""
    return sum(one.amount for one in order.used if one.kind in OF_A_VOUCHER)


def external_order(order: PaidOrder) -> dict[str, Any]:
    """The report of a paid order: always all three totals, the discount being what the diner was charged with (R4).

    Raises:
        ValueError: an order without a number of ours.
    """
    if order.serial is None:
        raise ValueError("GonnaOrder wants a whole number for every order")
    off, code = discount(order), voucher_code(order)
    body: dict[str, Any] = {"externalOrderId": order.serial}
    if code:
        body["voucherCode"] = code
    if order.member_id and order.member_id != code:
        body["memberCode"] = order.member_id
    return body | {
        "totalNonDiscountedPrice": float(major(order.amount + off, order.currency)),
        "totalDiscountedPrice": float(major(order.amount, order.currency)),
        "totalDiscount": float(major(off, order.currency)),
    }
