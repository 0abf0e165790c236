"""What Spoonity refuses, in its two shapes of error, and the fields it wants (spoonity.md section 3 and 6)."""

from typing import Any

from webapp.sandbox.wire import Refused, Response, as_json

Body = dict[str, Any]
ORDER = (
    "card_number", "till", "receipt_number", "subtotal", "taxes", "total", "payment_method", "date", "cashier",
    "line_items", "discounts",
)  # fmt: skip
LINE = ("id", "name", "categories", "discounts", "price", "quantity", "modifiers")


def nested(status: int, message: str) -> Refused:
    """A failure in the newer shape."""
    errors = [{"reason": "exception", "message": message}]
    body = {"error": {"code": 0, "reference_id": None, "more_info": None, "errors": errors}, "object": "error"}
    return Refused(status, "exception", message, body=body)


def unauthorized() -> Refused:
    """A failure in the older shape."""
    return Refused(401, "unauthorized", body={"internal_code": None, "message": "Unauthorized"})


def refused_with_200(message: str) -> Response:
    """A business refusal as old tills understand it."""
    return as_json({"success": False, "error": {"errors": [{"reason": "exception", "message": message}]}})


def text(body: Body, name: str) -> str:
    """A text that must be there."""
    value = body.get(name)
    if not isinstance(value, str) or not value.strip():
        raise nested(400, f"{name} is required")
    return value


def cents(body: Body, name: str) -> int:
    """A decimal number that must be there, in cents."""
    value = body.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 10**7:
        raise nested(400, f"{name} must be a number")
    return round(value * 100)


def whole_order(body: Body) -> None:
    """Refuse an order with anything missing."""
    missing = [name for name in ORDER if name not in body]
    if missing:
        raise nested(400, f"{missing[0]} is required")
    if not isinstance(body["line_items"], list) or not body["line_items"]:
        raise nested(400, "line_items must not be empty")
    for line in body["line_items"]:
        if not isinstance(line, dict) or [name for name in LINE if name not in line] or not line["id"]:
            raise nested(400, "a line item lacks a field")


def identifiers(body: Body) -> list[str]:
    """The identifiers of the discounts on the order and on its lines, in that order, rewards or not."""
    found = list(body["discounts"])
    for line in body["line_items"]:
        found += line["discounts"]
    return [str(one["id"]) for one in found if isinstance(one, dict) and one.get("id")]
