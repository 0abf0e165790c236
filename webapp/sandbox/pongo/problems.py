"""Refusals, answered the way a Laravel application does."""


class Problem(Exception):
    """A request that is refused; nothing it did is kept."""

    def __init__(self, status: int, message: str, errors: dict[str, list[str]] | None = None) -> None:
        """`errors`: field → sentences, for a 422."""
        super().__init__(message)
        self.status = status
        self.body: dict[str, object] = {"message": message} | ({"errors": errors} if errors else {})


def unauthenticated() -> Problem:
    """No token, or one we do not know."""
    return Problem(401, "Unauthenticated.")


def forbidden() -> Problem:
    """The token lacks a scope."""
    return Problem(403, "This action is unauthorized.")


def not_found() -> Problem:
    """No such thing for this merchant."""
    return Problem(404, "Not Found")


def invalid(field: str, sentence: str) -> Problem:
    """One field is wrong."""
    return Problem(422, sentence, {field: [sentence]})
