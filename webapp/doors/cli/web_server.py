"""gunicorn's settings, for the demo and for production: `gunicorn -c python:webapp.doors.cli.web_server wsgi:app`.

Everything comes from our own settings (`PASSE_PLAT_BIND`, `…_WEB_WORKERS`, `…_WEB_THREADS`), read once here.
"""

import ctypes
import gc
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from webapp.ground import logs
from webapp.ground.config import SettingsRefused, load_settings
from webapp.ground.metrics_directory import share

try:
    _settings = load_settings()
except SettingsRefused as _refused:
    sys.exit("Passe-plat does not start with these settings:\n  " + "\n  ".join(_refused.reasons))

share(_settings.data_dir / "metrics")
logs.configure(level=_settings.log_level, readable=_settings.mode == "demo")


bind = _settings.bind
worker_class = "gthread"
workers = _settings.web_workers
threads = _settings.web_threads
preload_app = True  # the code and the templates are in memory once, not once per worker
timeout = 60
graceful_timeout = 4  # no request of ours takes longer; a restart must not wait for a browser that keeps its line
keepalive = 5
accesslog = None  # the application logs its own requests, without their queries
loglevel = "warning"
# gunicorn's own words pass our fences too: it would write whole addresses, queries included (D4).
logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "root": {"level": "WARNING", "handlers": ["fenced"]},
    "handlers": {"fenced": {"()": logs.Foreign}},
    "loggers": {"gunicorn.error": {"level": "WARNING", "handlers": ["fenced"], "propagate": False}},
}
control_socket_disable = True
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 -- gunicorn makes its own file there
forwarded_allow_ips = ""  # proxies in front are counted by PASSE_PLAT_TRUSTED_PROXIES, in the application alone


def when_ready(_server: Any) -> None:
    """Keep what was loaded before the fork out of the collector's sight: a round of it would copy every page.

    Before that, gunicorn's pool of threads is read, which it would otherwise read in each worker, at a megabyte each;
    and what starting left unused goes back to the system, where the C library can do that (glibc).
    """
    import_module("concurrent.futures.thread")
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
    gc.freeze()


def post_fork(_server: Any, worker: Any) -> None:
    """Have the application renew in this worker what must not be shared with the parent (database connections).

    The application lists functions without arguments in `app.extensions["after_fork"]`.
    """
    for renew in getattr(worker.app.wsgi(), "extensions", {}).get("after_fork", ()):
        renew()
