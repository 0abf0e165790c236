"""From a bare Python to a running command: make `.venv` from a hash-locked list, then become its Python.

Standard library only, and written so that an old Python can still read it and say that it is too old.
"""

import fcntl
import hashlib
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
OLDEST = (3, 11)


def stop(sentence: str) -> None:
    """End with one sentence on the error output, and status 1."""
    sys.exit(sentence)


def marker(lock: Path, venv: Path = VENV) -> Path:
    """The file in `venv` that remembers which state of `lock` (a requirements file) is installed there."""
    return venv / (".installed-" + lock.parent.name)


def is_installed(lock: Path, venv: Path = VENV) -> bool:
    """Whether exactly this state of `lock` was installed into `venv` and its Python can still be run."""
    note = marker(lock, venv)
    wanted = hashlib.sha256(lock.read_bytes()).hexdigest()
    return os.access(venv / "bin" / "python", os.X_OK) and note.is_file() and note.read_text() == wanted


def check_python() -> None:
    """Say in a sentence what this Python lacks, and stop."""
    if sys.version_info < OLDEST:
        stop("Passe-plat needs Python 3.11 or newer; this is {}.{}.".format(*sys.version_info[:2]))
    if not all(importlib.util.find_spec(name) for name in ("venv", "ensurepip")):
        stop("Python's venv module is missing. On Debian or Ubuntu: apt-get install python3-venv")


def _run(*command: str) -> None:
    try:
        status = subprocess.call(command, cwd=str(ROOT))
    except KeyboardInterrupt:
        status = 130
    if status:
        stop("The installation did not finish (see above). Nothing else was changed; the same command tries again.")


def install(lock: Path) -> None:
    """Make `.venv` hold what `lock` lists, when it does not yet; waits for another process that is doing so."""
    if is_installed(lock):
        return
    check_python()
    # A lock on the checkout itself: no file to leave behind, released by the system however we end.
    checkout = os.open(str(ROOT), os.O_RDONLY)
    try:
        fcntl.flock(checkout, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        print("Another process is installing; waiting for it …", file=sys.stderr, flush=True)
        fcntl.flock(checkout, fcntl.LOCK_EX)
    if not is_installed(lock):
        print("Installing what is missing into .venv (about a minute the first time) …", file=sys.stderr, flush=True)
        if not os.access(PYTHON, os.X_OK):
            _run(sys.executable, "-m", "venv", "--clear", str(VENV))
        if not list(VENV.glob("lib/python*/site-packages/pip")):
            _run(str(PYTHON), "-m", "ensurepip")
        quiet = ("-q", "--disable-pip-version-check", "--no-input")
        _run(str(PYTHON), "-m", "pip", "install", *quiet, "--require-hashes", "--only-binary", ":all:", "-r", str(lock))
        marker(lock).write_text(hashlib.sha256(lock.read_bytes()).hexdigest())
    os.close(checkout)


def become(*arguments: str) -> None:
    """Replace this process by `.venv`'s Python with `arguments`; does not return."""
    sys.stdout.flush()
    os.execv(str(PYTHON), [str(PYTHON), *arguments])
