"""The demo's own merchant with every store open round the clock, so that a test may run at any hour of any day."""

import json
from pathlib import Path

from webapp import demo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MERCHANT, STORE, ELSEWHERE = "comptoir-sarrasin", "paris-republique", "nantes-bouffay"


def write(path: Path) -> Path:
    """Write the documents of the demo's first merchant as one `--catalog` file without closing hours."""
    merchant, menu = (json.loads(source.read_text("utf-8")) for source in demo.merchants()[0])
    for store in merchant["stores"]:
        store |= {"hours": {day: [["00:00", "24:00"]] for day in DAYS}, "exceptions": []}
    path.write_text(json.dumps(merchant | {"menu": menu}), "utf-8")
    return path
