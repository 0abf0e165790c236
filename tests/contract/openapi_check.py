"""Holds a request, and the answer it got, against a vendor's OpenAPI file."""

from functools import cache
from pathlib import Path

from openapi_core import OpenAPI
from openapi_core.testing import MockRequest, MockResponse

from tests.contract.peers import Reply, Seen

JSON = "application/json"


@cache
def _file(name: str) -> OpenAPI:
    return OpenAPI.from_file_path(str(Path(__file__).with_name(f"{name}.openapi.yaml")))


def objections(name: str, host: str, request: Seen, reply: Reply, *, answers_too: bool) -> list[str]:
    """What `{name}.openapi.yaml` objects to. `host`: one of its servers. Empty answers hold nothing to check."""
    method, body = request.method.lower(), request.body or None
    asked = MockRequest(
        host, method, request.path, args=request.query, headers=request.headers, data=body, content_type=JSON
    )
    errors = list(_file(name).iter_request_errors(asked))
    if answers_too and reply.body:
        errors += _file(name).iter_response_errors(asked, MockResponse(reply.body, reply.status, content_type=JSON))
    return [f"{request.method} {request.path} {reply.status}: {error!r} {error.__cause__!r}" for error in errors]
