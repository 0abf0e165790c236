"""Plays the server of an OpenAPI file: answers with its examples, in the shape or the status asked for."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.contract.peers import Answerer, Reply, Seen

Document = dict[str, Any]


@cache
def document(name: str) -> Document:
    """The parsed file `tests/contract/{name}.openapi.yaml`."""
    parsed: Document = yaml.safe_load(Path(__file__).with_name(f"{name}.openapi.yaml").read_text("utf-8"))
    return parsed


def resolved(whole: Document, part: Any) -> Any:
    """`part`, or what its `$ref` points to."""
    while isinstance(part, dict) and "$ref" in part:
        target: Any = whole
        for step in part["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        part = target
    return part


def operation(whole: Document, method: str, path: str) -> Document | None:
    """The operation a request means; a literal path wins over a pattern."""
    for template in sorted(whole["paths"], key=lambda text: text.count("{")):
        pattern = re.sub(r"\{[^}]+\}", "[^/]+", template)
        found = whole["paths"][template].get(method.lower())
        if found and re.fullmatch(pattern, path):
            operation_found: Document = found
            return operation_found
    return None


def documented_statuses(whole: Document, operation_id: str) -> list[int]:
    """Every status the operation may answer with."""
    operations = (entry for path in whole["paths"].values() for entry in path.values() if isinstance(entry, dict))
    return [
        int(status) for entry in operations if entry.get("operationId") == operation_id for status in entry["responses"]
    ]


def example(whole: Document, found: Document, shape: str, status: int | None) -> Reply:
    """The operation's example answer. `shape`: name of an example, used where there is one of that name."""
    statuses = sorted(found["responses"])
    chosen = str(status) if str(status) in found["responses"] else statuses[0]
    response = resolved(whole, found["responses"][chosen])
    content = response.get("content", {}).get("application/json", {})
    examples = content.get("examples", {})
    named = examples.get(shape) or next(iter(examples.values()), None)
    value = resolved(whole, named)["value"] if named else content.get("example", {})
    reply = Reply.of(value, int(chosen))
    waits = response.get("headers", {}).get("Retry-After", {}).get("example")
    return Reply(reply.status, reply.body, reply.headers | ({"Retry-After": str(waits)} if waits else {}))


def playing(name: str, prefix: str, shape: str = "wrapped", status: int | None = None) -> Answerer:
    """Answer every request below `prefix` with the file's examples; `status` is given wherever it is documented."""
    whole = document(name)

    def answer(request: Seen) -> Reply:
        found = operation(whole, request.method, request.path.removeprefix(prefix))
        return Reply.of({"message": "no such route"}, 404) if found is None else example(whole, found, shape, status)

    return answer
