"""Puts the parts together and serves them over HTTP."""

import json
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask, Response, jsonify, make_response, render_template, request
from jinja2 import FileSystemLoader
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from webapp.sandbox.pongo import api, faults, ledger, rules, seed
from webapp.sandbox.pongo.problems import Problem
from webapp.sandbox.pongo.state import State

HERE = Path(__file__).parent
SHARED = HERE.parent / "pages"  # the frame and the style of every programme's ledger


def create_app(state_file: Path, seed_file: Path | None = None) -> Flask:
    """The application. `state_file`: SQLite, made when missing. `seed_file`: applied while nothing is there yet."""
    state, switches = State(state_file), faults.Faults()
    app = Flask(__name__, static_folder=None)
    app.jinja_loader = FileSystemLoader([HERE / "pages", SHARED])
    app.config["PROPAGATE_EXCEPTIONS"] = True  # a connection broken on request must not be answered with a page
    app.config["MAX_CONTENT_LENGTH"] = 1024 * 1024
    api.register(app, state, switches)
    app.add_url_rule("/style.css", "style", lambda: Response((SHARED / "style.css").read_bytes(), mimetype="text/css"))
    _desk(app, state, switches, seed_file)
    app.errorhandler(Problem)(lambda problem: make_response(jsonify(problem.body), problem.status))
    for status, message in ((404, "Not Found"), (405, "Method Not Allowed")):
        app.register_error_handler(status, lambda _error, said=message, code=status: (jsonify(message=said), code))
    if state.empty():
        sow(state, seed_file)
    return app


def sow(state: State, seed_file: Path | None) -> None:
    """Apply the seed file, if there is one."""
    if seed_file is not None:
        document: dict[str, Any] = json.loads(seed_file.read_text("utf-8"))
        with state.transaction() as db:
            seed.apply(db, document)


def _desk(app: Flask, state: State, switches: faults.Faults, seed_file: Path | None) -> None:
    @app.get("/")
    def page() -> str:
        with state.reading() as db:
            return render_template("ledger.html", masked=ledger.masked, **ledger.everything(db))

    @app.get("/_ledger.json")
    def record() -> Response:
        with state.reading() as db:
            return jsonify(ledger.everything(db))

    @app.get("/healthz")
    def healthz() -> Response:
        return jsonify(status="ok")

    @app.route("/_faults", methods=["GET", "POST", "DELETE"])
    def switch() -> Response:
        if request.method == "DELETE":
            switches.clear()
        elif request.method == "POST":
            asked = request.get_json()
            for fault in [faults.read(fields) for fields in (asked if isinstance(asked, list) else [asked])]:
                switches.add(fault)
        return jsonify(faults=switches.as_json())

    @app.post("/_seed")
    def add() -> Response:
        with state.transaction() as db:
            return jsonify(merchants=seed.apply(db, rules.read_body(request.get_data())))

    @app.post("/_reset")
    def reset() -> Response:
        switches.clear()
        state.reset()
        sow(state, seed_file)
        return jsonify(status="reset")


class _Handler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"  # connections are kept, as the real service keeps them
    disable_nagle_algorithm = True  # head and body leave in two writes; waiting between them costs 40 ms a request

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing: addresses hold phone numbers."""

    def log_error(self, format: str, *args: object) -> None:  # noqa: A002 -- the standard library's own name
        """Say nothing: what could not be read as a request is quoted otherwise, and may be somebody's order."""


@dataclass
class Running:
    """A server answering in a thread of this process."""

    url: str
    _server: BaseWSGIServer

    def stop(self) -> None:
        """Stop answering."""
        self._server.shutdown()
        self._server.server_close()


def bind(host: str, port: int, app: Flask) -> BaseWSGIServer:
    """A server that has its port but does not answer yet; port 0 takes a free one.

    Raises:
        SystemExit: the port is taken.
    """
    return make_server(host, port, app, threaded=True, request_handler=_Handler)


def start(state_file: Path, seed_file: Path | None = None, *, host: str = "127.0.0.1", port: int = 0) -> Running:
    """Answer in a thread until `stop`."""
    server = bind(host, port, create_app(state_file, seed_file))
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    return Running(f"http://{host}:{server.server_port}", server)
