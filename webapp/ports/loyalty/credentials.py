"""What a merchant types in for a programme without an OAuth form; each vendor says what it wants."""


class BadCredentials(ValueError):
    """What was typed or kept could never work; `code` is a stable word that the vendor's `Credentials` documents."""

    def __init__(self, code: str) -> None:
        """See the class."""
        super().__init__(code)
        self.code = code
