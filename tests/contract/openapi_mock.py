"""A server made from nothing but an OpenAPI file: strict about what it is asked, with every answer the file knows."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tests.contract.openapi_examples import Document, document, example, operation, resolved
from tests.contract.peers import Reply, Seen

Objections = Callable[[Seen, Reply], list[str]]


@dataclass(frozen=True)
class Documented:
    """One answer of one operation, as the file shows it."""

    operation_id: str
    status: int
    name: str
    reply: Reply = field(repr=False)


def operations(name: str) -> Iterator[Document]:
    """Every operation of the file."""
    for path in document(name)["paths"].values():
        yield from (one for one in path.values() if isinstance(one, dict) and "responses" in one)


def answers(name: str, operation_id: str) -> list[Documented]:
    """Every answer the file documents for an operation: each example of each status, or its bare status."""
    whole = document(name)
    [found] = [one for one in operations(name) if one.get("operationId") == operation_id]
    told = []
    for status, described in found["responses"].items():
        response = resolved(whole, described)
        content = response.get("content", {}).get("application/json", {})
        shapes = list(content.get("examples", {})) or [""]
        told += [
            Documented(operation_id, int(status), shape, _reply(whole, found, shape, int(status), empty=not content))
            for shape in shapes
        ]
    return told


def _reply(whole: Document, found: Document, shape: str, status: int, *, empty: bool) -> Reply:
    return Reply(status, b"") if empty else example(whole, found, shape, status)


@dataclass
class Mock:
    """Answers as told for one operation and with the first success for every other; keeps what it objected to.

    `objections`: what the file says against a request with its answer. `prefix`: before every path of the file.
    """

    name: str
    objections: Objections
    prefix: str = ""
    told: Documented | None = None
    refused: list[str] = field(default_factory=list)

    def __call__(self, request: Seen) -> Reply:
        """The answer to a request; one that breaks the contract is refused, as strict mock servers do."""
        found = operation(document(self.name), request.method, request.path.removeprefix(self.prefix))
        if found is None:
            self.refused.append(f"{request.method} {request.path}: not in the file")
            return Reply.of({"message": "not in the file"}, 404)
        told = self.told if self.told and found.get("operationId") == self.told.operation_id else None
        reply = told.reply if told else example(document(self.name), found, "", None)
        broken = self.objections(request, reply)
        self.refused += broken
        return Reply.of({"message": "breaks the contract"}, 422) if broken else reply
