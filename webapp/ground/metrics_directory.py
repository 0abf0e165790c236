"""Where the processes of one machine put their figures down to be added up; knows nothing of the library that does it.

The library decides at its import whether figures are shared, so this must be settled before.
"""

import os
from pathlib import Path

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


def share(directory: Path) -> None:
    """Have this process and its children keep their figures in `directory`, swept of processes that are no more.

    A counter that restarts from zero is what Prometheus expects after a restart; one that grows a file for every
    process there ever was is not.
    """
    directory.mkdir(parents=True, exist_ok=True)
    for path in directory.glob("*_*.db"):
        pid = path.stem.rpartition("_")[2]
        if not Path("/proc", pid).exists():
            path.unlink(missing_ok=True)
    os.environ[VARIABLE] = str(directory)
