"""Numbers of rows in addresses: whole, and no larger than a database counts."""

from typing import Any

from werkzeug.routing import IntegerConverter, Map, ValidationError

HIGHEST = 2**31 - 1


class RowNumber(IntegerConverter):
    """`<int:…>` for a row: a number beyond every row is nobody's (404), and never reaches the database (O3)."""

    def __init__(self, url_map: Map, *given: Any, **named: Any) -> None:
        """As Werkzeug's, with a largest number."""
        super().__init__(url_map, *given, **{"max": HIGHEST, **named})

    def to_python(self, value: str) -> Any:
        """The number; Python itself refuses to read thousands of digits."""
        if len(value) > len(str(HIGHEST)):
            raise ValidationError
        return super().to_python(value)
