"""The steps of `python3 -m tests`: a browser, then style, types and rooms, then every test."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from webapp import bootstrap

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PACKAGES = ("chromium", "fonts-dejavu-core", "libatomic1")
TOOLS = bootstrap.VENV / "bin"
# Much of a run is waiting: for deadlines, for processes that die, for a browser. Two tests a core keep it busy.
PROCESSES = 2 * len(os.sched_getaffinity(0))
CHECKS = {
    "Style (ruff check)": ("ruff", "check", "."),
    "Layout (ruff format)": ("ruff", "format", "--check", "."),
    "Types (mypy)": ("mypy",),
    "Rooms (import-linter)": ("lint-imports",),
    "Templates (djlint)": ("djlint", "--lint", "--quiet", "templates"),
}
COLLECT = (str(TOOLS / "pytest"), "--collect-only", "-qq", "-p", "no:cacheprovider")


def say(sentence: str) -> None:
    """One line on the standard output, before whatever the next step writes there."""
    sys.stdout.write(sentence + "\n")
    sys.stdout.flush()


def _browser() -> str | None:
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def _apt(environment: dict[str, str]) -> None:
    root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    wait = ("-q", "-o", "DPkg::Lock::Timeout=300")
    say("Installing a browser: " + " ".join(PACKAGES))
    if root and not shutil.which("sudo"):
        say("Not root and no sudo: please install " + " ".join(PACKAGES))
        return
    # sudo drops the environment, so the one variable that matters travels on the command line.
    env = ["env", "DEBIAN_FRONTEND=noninteractive"]
    subprocess.run([*root, *env, "apt-get", *wait, "update"], env=environment, check=False, stdout=subprocess.DEVNULL)
    install = ("install", "-y", "--no-install-recommends", *PACKAGES)
    subprocess.run([*root, *env, "apt-get", *wait, *install], env=environment, check=False, stdout=subprocess.DEVNULL)


def _downloaded(environment: dict[str, str]) -> str | None:
    say("Downloading a browser with Playwright …")
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], env=environment, check=False)
    found = sorted(Path(environment["PLAYWRIGHT_BROWSERS_PATH"]).glob("chromium-*/chrome-linux*/chrome"))
    return str(found[-1]) if found else None


def find_browser(environment: dict[str, str]) -> None:
    """Put the address of a Chromium into `environment["CHROMIUM"]`, installing one when there is none."""
    if environment.get("CHROMIUM"):
        return
    has_atomic = any(Path("/usr").glob("lib*/libatomic.so.1")) or any(Path("/usr").glob("lib*/*/libatomic.so.1"))
    if shutil.which("apt-get") and not (_browser() and has_atomic):
        _apt(environment)
    path = _browser() or _downloaded(environment)
    if path is None:
        say("No browser could be installed: the browser tests will fail.")
        return
    environment["CHROMIUM"] = path


def surroundings(scratch: Path, given: Mapping[str, str]) -> dict[str, str]:
    """The environment of every step: `given`, with a home that exists, a place for sockets and no settings of ours."""
    environment = {name: value for name, value in given.items() if not name.startswith(("PASSE_PLAT_", "FLASK_"))}
    if not os.access(environment.get("HOME") or "/nowhere", os.W_OK):
        environment["HOME"] = str(scratch)
    if not os.path.isdir(environment.get("XDG_RUNTIME_DIR") or "/nowhere"):  # noqa: PTH112 -- may be empty
        environment["XDG_RUNTIME_DIR"] = str(scratch)
    environment.setdefault("PLAYWRIGHT_BROWSERS_PATH", str(bootstrap.VENV / "browsers"))
    # Some machines keep compiled modules from being written; then each of the hundreds of processes compiles them anew.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    environment["PATH"] = f"{TOOLS}{os.pathsep}{environment.get('PATH', os.defpath)}"
    return environment


def run(command: tuple[str, ...], environment: dict[str, str]) -> bool:
    """Run one tool of `.venv` in the checkout; whether it was content."""
    return subprocess.call([str(TOOLS / command[0]), *command[1:]], cwd=bootstrap.ROOT, env=environment) == 0


def main(arguments: list[str]) -> int:
    """Every step, whatever the ones before said; 0 only when all were content. pytest speaks last."""
    with tempfile.TemporaryDirectory(prefix="passe-plat-tests-") as scratch:
        environment = surroundings(Path(scratch), os.environ)
        find_browser(environment)
        if arguments:
            return 0 if run(("pytest", *arguments), environment) else 1
        # The checks leave a core idle: on it the tests are compiled once, not once in each of pytest's processes.
        compiling = subprocess.Popen(COLLECT, cwd=bootstrap.ROOT, env=environment, stdout=subprocess.DEVNULL)
        refused = []
        for heading, command in CHECKS.items():
            say(f"\n== {heading}")
            if not run(command, environment):
                refused.append(heading)
        compiling.wait()  # what it complains of, the tests say
        if refused:
            say("\n== Refused: " + ", ".join(refused))
        say("\n== Tests (pytest)")
        content = run(("pytest", "-n", str(PROCESSES), "--dist", "worksteal"), environment)
        return 0 if content and not refused else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
